"""Which batches are stored already: one is written again when its transaction was committed and the answer got lost."""

import uuid

from fer_controller.store.ingest.records import Batch
from fer_controller.store.postgresql.database import PostgresDatabase


class LastBatch:
    """A process's last batch, noted in the transaction that stores it.

    (pg_xact_status would tell of a transaction, but after a crash another one may have its number.)
    """

    def __init__(self, database: PostgresDatabase) -> None:
        self._database, self._writer = database, uuid.uuid4().hex
        self._forgot_others = False

    def note(self, batch: Batch) -> bool:
        """Note it; False when it is stored already."""
        if not self._forgot_others:
            self._database.run("forget_batches")
            self._forgot_others = True
        return bool(self._database.run("note_batch", {"writer": self._writer, "batch": batch.id}))
