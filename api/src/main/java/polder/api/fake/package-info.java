/**
 * A host in memory: for tests of programs that speak to a {@link polder.model.Host}, our own and
 * others'.
 */
package polder.api.fake;
