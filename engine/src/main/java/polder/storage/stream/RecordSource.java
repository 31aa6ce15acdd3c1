package polder.storage.stream;

import java.io.IOException;

/** Where the records of a stream come from, one after the other. */
@FunctionalInterface
interface RecordSource {
  StreamRecord next() throws IOException;
}
