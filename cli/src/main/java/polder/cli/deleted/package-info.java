/** The commands that act on zones that were deleted and are kept. */
package polder.cli.deleted;
