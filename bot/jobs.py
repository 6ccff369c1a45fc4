"""The durable engine: what must be done, though the process may die at any point.

There are two jobs, and each says by an id what to look at, never what it looks like:

    drain LANE      handle what waits in a lane, in its order, and say what came of it; one at a time per lane
    read UPLOAD     fetch and read a file; one at a time per case

Both are safe to run twice and to run for nothing: what is done is marked as done in the transaction of its result. So
the engine only has to see that they run *at least* once: DBOS remembers what was begun, and a sweeper looks every second
for what was forgotten (timers that are due, messages that Slack would not take, lanes whose process died).

DBOS as it is (3.4): it recovers only what its own executor id left behind, so ids are stable and unique; work tagged with
another application version is never run, so the version is constant; it never deletes, so we do.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from dbos import DBOS, DBOSClient, EnqueueOptions

from bot.events import UploadId
from bot.ports import Clock
from bot.storage import Store, Transaction, sync_address

logger = logging.getLogger(__name__)

APPLICATION = "vpn-help"
#: Never changed lightly: jobs of another version stay where they are for ever.
VERSION = "1"

DRAIN, READ = "drain", "read"
#: DBOS looks this often into its queues, in seconds. An empty look costs less than a millisecond.
POLL = 0.1
#: How often the sweeper looks, in seconds.
SWEEP = 1.0
#: How long another process's lease is believed, in seconds; renewed three times in that time.
LEASE = 15.0
#: What came in, or is to be said, for so long was forgotten by somebody, in seconds.
FORGOTTEN = timedelta(seconds=5)
#: How long a reading may take before it is asked for again, in seconds; its own limits are shorter.
READING_FORGOTTEN = timedelta(minutes=15)
#: Finished jobs are kept this long, for whoever looks into what happened.
KEEP_FINISHED = timedelta(hours=24)
#: Threads that DBOS and `asyncio.to_thread` share.
THREADS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the jobs do; the rooms above give it."""

    drain: Callable[[str], Awaitable[None]]
    read: Callable[[UploadId], Awaitable[None]]
    #: Called about once an hour: what is old goes.
    clean: Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Jobs:
    """The running engine."""

    store: Store
    work: Work
    clock: Clock
    executor: str
    client: DBOSClient
    #: When the sweeper last went round without an error; for `/readyz`.
    swept_at: datetime | None = None
    _cleaned_at: float = field(default=float("-inf"))

    def drain(self, connection: Transaction, lane: str) -> None:
        """Have a lane handled once `connection`'s transaction commits (`storage.Wakes`)."""
        self.client.enqueue_in_transaction(connection, _drain(lane), lane)

    def read(self, connection: Transaction, upload: UploadId) -> None:
        """Have a file read once `connection`'s transaction commits (`storage.Wakes`)."""
        self.client.enqueue_in_transaction(connection, _read(upload), upload)

    async def sweep(self, *, forgotten: timedelta = FORGOTTEN) -> None:
        """One round: ring timers, wake what was forgotten, renew the lease, take over from the dead."""
        now = self.clock.now()
        await self.store.ring(now)
        lanes = set(await self.store.inbox.waiting_lanes(now, older_than=forgotten))
        lanes |= set(await self.store.outbox.due_lanes(now - min(forgotten, timedelta(seconds=2))))
        for lane in sorted(lanes):
            await self._wake_once(_drain(lane), lane)
        age = READING_FORGOTTEN if forgotten else timedelta()
        for upload in await self.store.uploads.unread(now - age):
            await self._wake_once(_read(upload), upload)
        await self._keep_lease()
        if asyncio.get_running_loop().time() - self._cleaned_at >= 3600:
            self._cleaned_at = asyncio.get_running_loop().time()
            await self.work.clean()
            await self._delete_finished()
        self.swept_at = datetime.now(UTC)

    async def _wake_once(self, options: EnqueueOptions, argument: str) -> None:
        """Unless the sweeper's last waking of the same is still in the queue, or at work."""
        workflow = f"sweep:{options['workflow_name']}:{argument}"
        pending = await DBOS.list_workflows_async(
            workflow_id_prefix=workflow, status=["ENQUEUED", "PENDING"], load_input=False, load_output=False, limit=1
        )
        if pending:
            return
        options["workflow_id"] = f"{workflow}:{secrets.token_hex(6)}"
        await self.client.enqueue_async(options, argument)

    async def _keep_lease(self) -> None:
        """Say that this process lives, and take over the work of those that do not."""
        holder = f"{socket.gethostname()}:{os.getpid()}"
        await self.store.leases.renew(self.executor, holder, LEASE)
        for dead in await self.store.leases.take_expired(self.executor):
            await self._take_over(dead)

    async def _take_over(self, dead: str) -> None:
        left = await DBOS.list_workflows_async(status="PENDING", executor_id=dead, load_input=False, load_output=False)
        logger.warning("process %s is gone; taking over %s jobs", dead, len(left))
        for workflow in left:
            await DBOS.resume_workflow_async(workflow.workflow_id, queue_name=workflow.queue_name)

    async def _delete_finished(self) -> None:
        oldest = (datetime.now(UTC) - KEEP_FINISHED).isoformat()
        while True:
            old = await DBOS.list_workflows_async(
                status=["SUCCESS", "ERROR", "CANCELLED"], end_time=oldest, limit=500, load_input=False, load_output=False
            )
            if not old:
                return
            await DBOS.delete_workflows_async([workflow.workflow_id for workflow in old])


@asynccontextmanager
async def open_jobs(
    store: Store, work: Work, *, address: str, clock: Clock, readers: int, stop_seconds: int
) -> AsyncIterator[Jobs]:
    """Run the engine while this lasts; on the way out, jobs at work get `stop_seconds` to finish.

    Args:
        store: the store, whose inbox wakes these jobs from now on.
        work: what the jobs do.
        address: the database's SQLAlchemy address, the same as the store's.
        clock: for timers and waiting; leases and DBOS use the real time.
        readers: files read at the same time.
        stop_seconds: how long to wait for jobs that are at work.

    Raises:
        SettingsError: another process uses this SQLite file.
    """
    sync = sync_address(address)
    async with store.leases.slot(LEASE) as executor:
        await asyncio.to_thread(DBOS.migrate, sync)
        client = DBOSClient(system_database_url=sync, application_name=APPLICATION, system_database_pool_size=2)
        try:
            async with _engine(sync, executor, client, work, readers=readers, stop_seconds=stop_seconds):
                jobs = Jobs(store=store, work=work, clock=clock, executor=executor, client=client)
                store.inbox.wakes = jobs
                try:
                    async with _sweeping(jobs):
                        yield jobs
                finally:
                    store.inbox.wakes = None
        finally:
            await asyncio.to_thread(client.destroy)


@asynccontextmanager
async def _engine(
    sync: str, executor: str, client: DBOSClient, work: Work, *, readers: int, stop_seconds: int
) -> AsyncIterator[None]:
    # Queues that exist before the launch are served at once; later ones only after DBOS has looked again.
    for name, at_once in ((DRAIN, 16), (READ, readers)):
        await client.register_queue_async(
            name, partition_concurrency=1, worker_concurrency=at_once, polling_interval_sec=POLL, on_conflict="always_update"
        )
    DBOS(
        config={
            "name": APPLICATION,
            "system_database_url": sync,
            "application_version": VERSION,
            "executor_id": executor,
            "log_level": "WARNING",
            "max_executor_threads": THREADS,
            "scheduler_polling_interval_sec": 3600.0,
            "run_migrations": False,
        }
    )

    at_work = _AtWork()

    async def drain(lane: str) -> None:
        async with at_work.one() as may:
            if may:
                await work.drain(lane)

    async def read(upload: str) -> None:
        async with at_work.one() as may:
            if may:
                await work.read(UploadId(upload))

    DBOS.workflow(name=DRAIN)(drain)
    DBOS.workflow(name=READ)(read)
    DBOS.launch()
    try:
        yield
    finally:
        await at_work.finish(stop_seconds)
        await _destroy()


async def _destroy() -> None:
    """End DBOS. It has put its own threads behind `asyncio.to_thread` and takes them along: give the loop new ones."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(max_workers=1) as own:
        await loop.run_in_executor(own, partial(DBOS.destroy, destroy_registry=True))
    loop.set_default_executor(ThreadPoolExecutor(max_workers=THREADS))


class _AtWork:
    """Jobs at work, so that stopping waits for them and begins no others. One that is not begun is found at the next start."""

    def __init__(self) -> None:
        self._count = 0
        self._stopping = False
        self._idle = asyncio.Event()
        self._idle.set()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[bool]:
        if self._stopping:
            yield False
            return
        self._count += 1
        self._idle.clear()
        try:
            yield True
        finally:
            self._count -= 1
            if not self._count:
                self._idle.set()

    async def finish(self, seconds: float) -> None:
        self._stopping = True
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            logger.warning("%s jobs did not finish in %s s; they go on at the next start", self._count, seconds)


@asynccontextmanager
async def _sweeping(jobs: Jobs) -> AsyncIterator[None]:
    async def rounds() -> None:
        # The first round takes everything: whoever began it is dead.
        forgotten = timedelta()
        while True:
            try:
                await jobs.sweep(forgotten=forgotten)
                forgotten = FORGOTTEN
            except Exception:
                logger.exception("a round of the sweeper failed; the next one follows")
            await asyncio.sleep(SWEEP)

    sweeper = asyncio.create_task(rounds(), name="sweeper")
    try:
        yield
    finally:
        sweeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sweeper


def _drain(lane: str) -> EnqueueOptions:
    return {"workflow_name": DRAIN, "queue_name": DRAIN, "queue_partition_key": lane, "app_version": VERSION}


def _read(upload: str) -> EnqueueOptions:
    return {
        "workflow_name": READ,
        "queue_name": READ,
        "queue_partition_key": upload.partition("-")[0],  # the case
        "app_version": VERSION,
    }
