/** Help, manual pages and completions, all made from {@link polder.cli.call.Usage}. */
package polder.cli.page;
