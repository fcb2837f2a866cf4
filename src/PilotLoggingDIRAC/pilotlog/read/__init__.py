"""Who gets which text: reader, selection, the chain of sources, outputs, summary, audit."""
