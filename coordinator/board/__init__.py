"""The public page: tree county > township > village, the 正 board, the big screen; live, and as files for any server.

`rows` one line a unit, `plan` what never moves, `village` one unit's page, `feed` the memory and its changes, `server`
and `snapshots` the two ways to serve it. Everything is computed from a prefix of the log under a signed checkpoint.
"""
