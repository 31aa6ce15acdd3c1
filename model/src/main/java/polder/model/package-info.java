/** The nouns of Polder as records, their rules, and {@link polder.model.Host}. */
package polder.model;
