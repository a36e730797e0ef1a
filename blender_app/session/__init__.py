"""The document, undo, files, and the controller between window and engine; no widgets."""
