/** Reads and writes the nouns as JSON, strictly. */
package polder.model.json;
