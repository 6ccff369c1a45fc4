"""From an event to what is said: intake, reading in a worker process, the interview, and the pipeline that ties them.

`pipeline.advance` and `interview` are pure; `drain` and `intake` act. Imports `escalation`, `storage`, `permissions`,
`messages` through `wording.Messages`, and `knowledge` through its face.
"""
