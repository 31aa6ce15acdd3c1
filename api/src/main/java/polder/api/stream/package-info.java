/** What both ends of a byte stream need: a pipe between threads, and frames on one connection. */
package polder.api.stream;
