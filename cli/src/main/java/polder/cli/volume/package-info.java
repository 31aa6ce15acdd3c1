/** The commands that act on volumes. */
package polder.cli.volume;
