/** The commands that ask the host as a whole. */
package polder.cli.host;
