/** The commands that act on images. */
package polder.cli.image;
