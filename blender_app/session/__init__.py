"""The document, its edits and history, and the parts that bring it to the engine; no widgets.

`controller` makes the parts and wires them: `store` (the document), `edits` by topic, `palettes` and `dice`
(what the models make of it), `playback` (what sounds), `devices` (the engine and what is behind it),
`filing` (its file), `exchange` (files of other programs), `messages` (what the musician is told).
"""
