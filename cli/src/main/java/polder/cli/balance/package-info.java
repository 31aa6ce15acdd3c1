/** Commands on balances: each parses its options and makes one call of {@code Host}. */
package polder.cli.balance;
