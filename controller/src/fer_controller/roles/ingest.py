"""The role that stores what one broker brings, and publishes there what devices are told."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from fer_wire import Greeting, TopicError, Topics
from fer_wire.topics import DESIRED

from fer_controller import __version__, systemd
from fer_controller.authority.revocations import RevocationList
from fer_controller.broker.client import Broker
from fer_controller.commands.sender import Sender
from fer_controller.errors import BrokerError, SettingsError
from fer_controller.ingest.clocks import Clocks
from fer_controller.ingest.devices import Fleet
from fer_controller.ingest.newcomers import Newcomers
from fer_controller.ingest.peers import Peers
from fer_controller.ingest.quotas import Quotas
from fer_controller.ingest.revoked import Revoked
from fer_controller.ingest.stored_streams import StoredStreams
from fer_controller.ingest.streams import Acknowledged, Streams
from fer_controller.ingest.subscriber import Subscriber
from fer_controller.ingest.writer import Ingest, filters
from fer_controller.roles.threads import Task
from fer_controller.rollout.desired.publisher import WINDOW, Publisher
from fer_controller.rollout.desired.seal import Seal
from fer_controller.settings import ENROLLED, Settings
from fer_controller.store import opening
from fer_controller.store.certificates.store import CertificateStore
from fer_controller.store.contract import Store
from fer_controller.store.database import Database
from fer_controller.store.devices.store import DeviceStore
from fer_controller.store.events.store import EventStore
from fer_controller.store.posts import orders_at
from fer_controller.store.subjects import Subjects

INGEST_TIMEOUT_S = 2.0


def tasks(settings: Settings) -> dict[str, Task]:
    """What runs in threads."""
    seal = Seal(settings.registry_folder, settings.registry.sign_command, settings.rollout.order_days)

    def publish(database: Database, over: Event) -> None:
        orders = opening.orders(database, settings.broker_place)
        sender = Sender(Subjects(database), _topics(settings), seal)
        publisher = Publisher(orders, _topics(settings), settings.broker.reconnect_max_s, seal, sender.messages)
        broker = _orders_broker(settings, publisher)
        try:
            publisher.run(broker, over)
        finally:
            broker.close()

    def revoke(ending: Event) -> None:
        with opening.reader(settings.db) as database:
            revoked = CertificateStore(database)
            RevocationList(settings.authority_folder, settings.crl_file, revoked).run(ending)

    post = orders_at(settings.broker_place)
    return {
        "desired-states": lambda ending: opening.post(settings.db, post).attend(publish, ending),
        "revocations": revoke,
    }


@contextmanager
def subscriber(settings: Settings) -> Iterator[Subscriber]:
    """What reads the broker, in the main thread."""
    topics = _topics(settings)
    with _embedded_broker(settings), opening.created(settings.db, INGEST_TIMEOUT_S) as database:
        store, devices = opening.ingest(database, settings.ingest.dead_letters_max), DeviceStore(database)
        streams = _streams(settings, store)
        peers = Peers(topics, _greeting(settings))
        alone, revoked = isinstance(settings.db, Path), Revoked(devices.revoked)
        fleet = Fleet(devices.all(), Clocks(settings.clocks), None if alone else devices.all)
        quotas = Quotas(settings.ingest, None if alone else EventStore(database).begun)
        newcomers = Newcomers(devices.enrolled if settings.ingest.newcomers == ENROLLED else None)
        ingest = Ingest(store, topics, streams, fleet, peers, revoked=revoked, quotas=quotas, newcomers=newcomers)
        subscriptions = filters(topics, settings.broker.share)
        broker = Broker(settings.broker, settings.client_id, subscriptions, knows_mqtt5=not settings.embedded_broker)
        beat = systemd.Watchdog().beat
        yield Subscriber(broker, ingest, streams, topics, peers, settings.broker, settings.ingest, beat)


def _streams(settings: Settings, store: Store) -> Acknowledged:
    if isinstance(settings.db, Path):
        return Streams(store.events.streams(), store.events.seqs_above, settings.ingest.ranges_max)
    return StoredStreams(store.events.streams)


def check(settings: Settings) -> None:
    """Raises SettingsError for a share where there is nobody to divide messages with."""
    if settings.broker.share and isinstance(settings.db, Path):
        raise SettingsError(
            f"{settings.db} is an SQLite database, which one controller serves, so there is nobody to divide messages "
            "with; leave broker.share out."
        )


def _orders_broker(settings: Settings, publisher: Publisher) -> Broker:
    return Broker(
        settings.rollouts_broker,
        settings.rollouts_client_id,
        [_topics(settings).every(DESIRED)],
        knows_mqtt5=not settings.embedded_broker,
        on_confirmed=publisher.confirm,
        at_once=WINDOW,
    )


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


def _greeting(settings: Settings) -> Greeting:
    return Greeting(controller=f"controller-{settings.place_id}", database=settings.place[:500], version=__version__)


def _topics(settings: Settings) -> Topics:
    try:
        return Topics(settings.broker.prefix)
    except TopicError as error:
        raise SettingsError(str(error)) from error
