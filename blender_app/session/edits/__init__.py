"""Edits of the document by topic; a new topic is a new file here, made known in `session.controller`."""
