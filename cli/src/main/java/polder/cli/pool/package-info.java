/** The commands that act on pools. */
package polder.cli.pool;
