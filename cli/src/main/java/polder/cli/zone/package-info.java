/** The commands that act on zones. */
package polder.cli.zone;
