"""The composition root: builds and connects everything that serves."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Event, Thread, current_thread

from fer_wire import Greeting, TopicError, Topics
from fer_wire.topics import DESIRED

from fer_controller import __version__, systemd
from fer_controller.authority.expiries import Expiries
from fer_controller.authority.revocations import RevocationList
from fer_controller.broker.client import Broker
from fer_controller.errors import BrokerError, SettingsError
from fer_controller.http.process import HttpProcess
from fer_controller.ingest.clocks import Clocks
from fer_controller.ingest.devices import Fleet
from fer_controller.ingest.newcomers import Newcomers
from fer_controller.ingest.peers import Peers
from fer_controller.ingest.quotas import Quotas
from fer_controller.ingest.revoked import Revoked
from fer_controller.ingest.streams import Streams
from fer_controller.ingest.subscriber import Subscriber
from fer_controller.ingest.writer import Ingest, filters
from fer_controller.registry.catalogue import Shelf
from fer_controller.retention import Keeper
from fer_controller.rollout.desired.publisher import Publisher
from fer_controller.rollout.desired.seal import Seal
from fer_controller.rollout.runner import Runner
from fer_controller.settings import ENROLLED, Settings
from fer_controller.store import opening
from fer_controller.store.certificates.store import CertificateStore
from fer_controller.store.devices.store import DeviceStore
from fer_controller.store.registry.store import ModelStore
from fer_controller.store.rollouts.desired import DesiredStore
from fer_controller.store.rollouts.store import RolloutStore
from fer_controller.store.rollups.store import RollupStore

AFTER_FAULT_S = 5.0
INGEST_TIMEOUT_S = 2.0
TURN_S = 0.0005
"""How long a thread that computes keeps the ingest waiting, which gives the interpreter up at every SQL statement."""

log = logging.getLogger(__name__)


def serve(settings: Settings, stop: Event) -> None:
    """Store what the fleet sends until stop is set; raises ControllerError when it cannot start."""
    sys.setswitchinterval(TURN_S)
    with _embedded_broker(settings), _subscriber(settings) as subscriber, _models(settings), _background(settings):
        systemd.notify(systemd.READY)
        log.info("Storing what arrives below %s in %s.", settings.broker.prefix, settings.db)
        subscriber.run(stop)
        systemd.notify(systemd.STOPPING)
    log.info("Stopped; everything that was acknowledged is in %s.", settings.db)


@contextmanager
def _subscriber(settings: Settings) -> Iterator[Subscriber]:
    topics = _topics(settings)
    with _alone(settings), opening.created(settings.db, INGEST_TIMEOUT_S) as database:
        store, devices = opening.ingest(database, settings.ingest.dead_letters_max), DeviceStore(database)
        streams = Streams(store.events.streams(), store.events.seqs_above, settings.ingest.ranges_max)
        peers = Peers(topics, _greeting(settings))
        fleet, revoked = Fleet(devices.all(), Clocks(settings.clocks)), Revoked(devices.revoked)
        quotas = Quotas(settings.ingest)
        newcomers = Newcomers(devices.enrolled if settings.ingest.newcomers == ENROLLED else None)
        ingest = Ingest(store, topics, streams, fleet, peers, revoked=revoked, quotas=quotas, newcomers=newcomers)
        subscriptions = filters(topics, settings.broker.share)
        broker = Broker(settings.broker, settings.client_id, subscriptions, knows_mqtt5=not settings.embedded_broker)
        beat: Callable[[], None] = systemd.Watchdog().beat
        yield Subscriber(broker, ingest, streams, topics, peers, settings.broker, settings.ingest, beat)


def _alone(settings: Settings) -> AbstractContextManager[None]:
    """Keep other controllers from the database; an ack needs all events of its device in one."""
    if settings.broker.share:
        raise SettingsError(
            f"{settings.db} is an SQLite database, which one controller serves, so there is nobody to divide messages "
            "with; leave broker.share out."
        )
    return opening.exclusive(settings.db)


@contextmanager
def _embedded_broker(settings: Settings) -> Iterator[None]:
    if not settings.embedded_broker:
        yield
        return
    try:
        from fer_controller.broker.embedded import EmbeddedBroker
    except ImportError as error:
        raise BrokerError(
            "The embedded broker needs amqtt, which is not installed; "
            "run `pip install 'fer-controller[embedded-broker]'`, or name a running broker with --broker."
        ) from error
    with EmbeddedBroker(settings.broker.url):
        yield


@contextmanager
def _background(settings: Settings) -> Iterator[None]:
    """What goes on beside the ingest, each in a thread with its own database connection."""
    ending = Event()
    keeping, driving, publishing = (opening.writer(settings.db) for _ in range(3))
    looking, listing, warning = (opening.reader(settings.db) for _ in range(3))
    keeper = Keeper(RollupStore(keeping), opening.forgetting(keeping), settings.retention)
    shelf = Shelf(ModelStore(looking), settings.registry_folder)
    runner = Runner(RolloutStore(driving), shelf, settings.rollout)
    revoked = RevocationList(settings.authority_folder, settings.crl_file, CertificateStore(listing))
    expiries = Expiries(settings.authority_folder, CertificateStore(warning))
    seal = Seal(settings.registry_folder, settings.registry.sign_command, settings.rollout.order_days)
    publisher = Publisher(DesiredStore(publishing), _topics(settings), settings.broker.reconnect_max_s, seal)
    orders = [_topics(settings).every(DESIRED)]
    broker = Broker(
        settings.rollouts_broker,
        settings.rollouts_client_id,
        orders,
        knows_mqtt5=not settings.embedded_broker,
        on_confirmed=publisher.confirm,
    )
    threads = [
        Thread(target=_restarted, args=(lambda: runner.run(ending), ending), name="rollouts"),
        Thread(target=_restarted, args=(lambda: publisher.run(broker, ending), ending), name="desired-states"),
        Thread(target=_restarted, args=(lambda: keeper.run(ending), ending), name="retention"),
        Thread(target=_restarted, args=(lambda: revoked.run(ending), ending), name="revocations"),
        Thread(target=_restarted, args=(lambda: expiries.run(ending), ending), name="expiries"),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        for thread in threads:
            thread.join()
        for database in (driving, publishing, looking, listing, warning, keeping):
            database.close()


def _restarted(work: Callable[[], None], ending: Event) -> None:
    """Repeat the work until it ends without a fault; the ingest carries on whatever happens here."""
    while not ending.is_set():
        try:
            work()
        except Exception:  # a fault of ours must not end the ingest
            log.exception("%s failed and restarts in %g s.", current_thread().name, AFTER_FAULT_S)
            ending.wait(AFTER_FAULT_S)


def _models(settings: Settings) -> AbstractContextManager[object]:
    """The HTTP server, unless the settings turn it off."""
    return HttpProcess(settings) if settings.http.listen else nullcontext()


def _greeting(settings: Settings) -> Greeting:
    return Greeting(controller=f"controller-{settings.place_id}", database=settings.place[:500], version=__version__)


def _topics(settings: Settings) -> Topics:
    try:
        return Topics(settings.broker.prefix)
    except TopicError as error:
        raise SettingsError(str(error)) from error
