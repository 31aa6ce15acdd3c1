package polder.model;

/** x */
public interface Host {}
