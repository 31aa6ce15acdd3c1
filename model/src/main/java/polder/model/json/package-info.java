/** Reads and writes the nouns as JSON trees, strictly: a pair of methods for each record. */
package polder.model.json;
