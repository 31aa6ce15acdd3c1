/** Commands that bring zones to other hosts. */
package polder.cli.transfer;
