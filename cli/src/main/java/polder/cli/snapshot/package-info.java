/** The commands that act on snapshots of zones. */
package polder.cli.snapshot;
