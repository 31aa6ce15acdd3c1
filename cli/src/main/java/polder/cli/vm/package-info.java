/** The commands that act on the machines of vms. */
package polder.cli.vm;
