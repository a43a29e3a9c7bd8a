"""The composition root: settings → stores → gate → rooms → routes, in flow order. Importing it does no I/O.

``app`` is what gunicorn serves; it is put together when the first request comes, or before, by ``app.load()``.
``cli`` is the command line. Nothing else in the project puts parts together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import redis
from flask import Flask
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.middleware.proxy_fix import ProxyFix

from anti_fraud.challenge import Challenges
from anti_fraud.checks import all_checks
from anti_fraud.gate import Gate
from anti_fraud.networks.build import TABLE_FILE
from anti_fraud.share_tokens import ShareTokens
from publicity import journal_values as publicity_values
from publicity import rooms as publicity_rooms
from publicity.award.commands import closing_archive_command
from publicity.board.board import NoticeBoard
from publicity.docket import sealing as docket_sealing
from publicity.notices.events import write_due
from publicity.notices.queries import published_lines
from publicity.objections.coming_back import Doorkeeper
from publicity.objections.room import Room as ObjectionRoom
from publicity.objections.sessions import DocketSessions
from publicity.rulings.commands import dockets_group
from publicity.rulings.desk import DocketDesk
from publicity.rulings.reading import Stores as DocketStores
from publicity.rulings.registering_routes import RegistrationDesk
from publicity.rulings.reminders import probe_dockets
from publicity.toll import Toll
from voting_service import activity, logs, rooms
from voting_service.accounts import signed_in
from voting_service.accounts.api_tokens import guard as token_guard
from voting_service.accounts.api_tokens.door import TokenDoor
from voting_service.accounts.signing_in import Reception
from voting_service.attachments.examine import MOST_AT_ONCE, MOST_BYTES, MOST_FILES
from voting_service.attachments.readiness import probe_room
from voting_service.attachments.store import AttachmentStore
from voting_service.ballots import attest, front_door
from voting_service.ballots.ballot_box import BallotBox
from voting_service.ballots.ballot_form import BallotForms
from voting_service.ballots.chat import ChatAnswers, PublishedNotice
from voting_service.ballots.counts_board import CountsBoard
from voting_service.ballots.door import Door
from voting_service.ballots.kiosks import Kiosks
from voting_service.ballots.opening import Opener
from voting_service.ballots.polling_place import PollingPlace
from voting_service.ballots.polling_station import PollingStation
from voting_service.ballots.receipts import find_receipt
from voting_service.ballots.set_aside import SetAsideBoard
from voting_service.campaigns.queries import campaign_titles
from voting_service.candidates.intake.desk_routes import MOST_DOWNLOADS
from voting_service.candidates.intake.staging import Staging
from voting_service.candidates.photos import PhotoStore
from voting_service.candidates.queries import desk_places
from voting_service.candidates.showcase import Showcase
from voting_service.clock import Clock, SystemClock
from voting_service.commands import make_cli
from voting_service.database import Database
from voting_service.encryption import Keyring, derive
from voting_service.evidence.networks import Networks
from voting_service.evidence.views import ViewBook
from voting_service.findings import Finding
from voting_service.journal_values import criteria_names
from voting_service.media.descriptions.library import Library
from voting_service.media.kit.kit import KitMaker
from voting_service.media.partners.book import MediaBook
from voting_service.media.partners.counting import EmbedCounter
from voting_service.media.posters.batch import BatchTurn
from voting_service.media.posters.scans import ScanCounts
from voting_service.media.press import Press
from voting_service.media.results.result import Results
from voting_service.one_at_a_time import OneAtATime
from voting_service.recorder.drain import Stores as RecorderStores
from voting_service.recorder.early_closing.deciding import seal_confirmed
from voting_service.recorder.metrics import Figures
from voting_service.recorder.readiness import probe_campaigns, probe_database
from voting_service.recorder.recorder import Recorder
from voting_service.redis_server.embedded import EmbeddedRedis
from voting_service.redis_server.inspect_server import inspect
from voting_service.scanning.live import LiveScan
from voting_service.scanning.readiness import probe_watch
from voting_service.scanning.watch import Watch
from voting_service.sealed import SealedColumn
from voting_service.settings import Settings, budget_of, read_settings
from voting_service.tally.certification.checker import BooksChecker
from voting_service.tally.certification.readiness import probe_books_checks
from voting_service.tally.figures.follow import Follower
from voting_service.tally.figures.readiness import probe_figures
from voting_service.voter_codes.admission import Admission
from voting_service.voter_codes.guesses import Guesses
from voting_service.web import (
    access,
    errors,
    headers,
    health,
    language,
    limits,
    nul,
    numbers,
    staged_uploads,
    static_files,
    uploads,
)
from voting_service.web.entry_tokens import EntryTokens
from voting_service.web.identities import CODE, MEMBER, WECHAT, DeviceIdentity, EarnedIdentity, Identities
from voting_service.web.lazy_app import LazyApp
from voting_service.web.page_cache import PageCache
from voting_service.web.sessions import VoterSessions
from voting_service.webhooks.sender import Sender
from voting_service.wechat.client import Client
from voting_service.wechat.login import WeChatLogin
from voting_service.wechat.login_states import LoginStates
from voting_service.wechat.message_crypto import aes_key
from voting_service.wechat.message_desk import MessageDesk
from voting_service.wechat.public_address import examine_address
from voting_service.wechat.reach import Reachability
from voting_service.wechat.readiness import examine_account, no_account, probe_wechat
from voting_service.wechat.routes import WeChatDoor
from voting_service.wechat.shared_state import SharedState
from voting_service.wechat.tokens import SharedTokens
from voting_service.workdays import Calendar
from voting_service.workdays.override_file import calendar_of
from voting_service.workdays.readiness import examine_table

ROOT = Path(__file__).resolve().parent

BLUEPRINTS = (*rooms.BLUEPRINTS, *publicity_rooms.BLUEPRINTS)
"""In flow order."""
SEALED = (*rooms.SEALED, *docket_sealing.SEALED)
"""Every sealed column, for a new key to go through; a test compares it with the tables."""
UPLOADS = uploads.Limits(files=MOST_FILES, each=max(MOST_BYTES.values()), together=MOST_AT_ONCE)

DESK_ROOMS = (*rooms.DESK_ROOMS, *publicity_rooms.DESK_ROOMS, *rooms.OFFICE_ROOMS)
"""The desk's navigation."""
CAMPAIGN_LINKS = (*rooms.CAMPAIGN_LINKS, *publicity_rooms.CAMPAIGN_LINKS)
"""The rooms of one campaign, in flow order."""
CAMPAIGN_STAGES = (*rooms.CAMPAIGN_STAGES, *publicity_rooms.CAMPAIGN_STAGES)
"""What comes after the voting, in flow order."""
EXAMPLE = ROOT / "examples" / "zui-mei-chan-ye-gong-ren"

RECOUNT_PROGRAM = ROOT / "tools" / "recount.py"

__all__ = ["Service", "activity", "app", "cli"]


@dataclass(frozen=True)
class Service:
    """Everything a process may need, made when it is first asked for."""

    settings: Settings
    clock: Clock

    @cached_property
    def redis_url(self) -> str:
        """The given Redis, or our own in the data directory."""
        return self.settings.redis_url or self.embedded_redis.url

    @cached_property
    def embedded_redis(self) -> EmbeddedRedis:
        """Our own Redis server; whoever starts it first owns it, the others find it running."""
        return EmbeddedRedis(self.settings.data_dir, self.settings.redis_server)

    @cached_property
    def redis_client(self) -> redis.Redis:
        """The client. One retry at once: a ballot id makes casting safe to repeat, and a voter waits for the answer."""
        return redis.Redis.from_url(
            self.redis_url,
            decode_responses=True,
            socket_timeout=5,
            socket_connect_timeout=2,
            max_connections=2 * self.settings.threads + 32,
            retry=Retry(NoBackoff(), 1),
        )

    @cached_property
    def probing_redis(self) -> redis.Redis:
        """A client that gives up at once: who asks whether Redis is there wants to know now."""
        return redis.Redis.from_url(
            self.redis_url, socket_timeout=2, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
        )

    @cached_property
    def database(self) -> Database:
        """The ledger's database."""
        return Database(self.settings.sql_url)

    @cached_property
    def keyring(self) -> Keyring:
        """Opens and seals what the database keeps sealed."""
        keys = self.settings.encryption_keys.get_secret_value()
        return Keyring.parse(keys, self.settings.encryption_cipher)

    @cached_property
    def box(self) -> BallotBox:
        """The ballot box, attested against the ledger whenever its Redis has restarted."""
        return BallotBox(self.redis_client, lambda box: _attest(self.database, box))

    @cached_property
    def photos(self) -> PhotoStore:
        """Re-encoded photos."""
        return PhotoStore(self.settings.data_dir / "photos")

    @cached_property
    def attachments(self) -> AttachmentStore:
        """Files that citizens handed in, sealed."""
        return AttachmentStore(self.settings.data_dir / "attachments", self.keyring)

    @cached_property
    def one_at_a_time(self) -> OneAtATime:
        """Heavy work of which one at a time is enough. Beside the archives, since hosts share those."""
        return OneAtATime(self.settings.data_dir / "archives" / "locks")

    @cached_property
    def staging(self) -> Staging:
        """Campaign folders that officials have uploaded and not confirmed yet."""
        return Staging(self.settings.data_dir / "staging")

    @property
    def sealed_columns(self) -> tuple[SealedColumn, ...]:
        """Whatever the database keeps sealed."""
        return SEALED

    @cached_property
    def identities(self) -> Identities:
        """How voters may be known here."""
        earned = [WECHAT, MEMBER, CODE] if self.settings.wechat else [MEMBER, CODE]
        return Identities([*map(EarnedIdentity, earned), DeviceIdentity()])

    @cached_property
    def admission(self) -> Admission:
        """Lets in whoever enters a printed code."""
        guesses = Guesses(self.redis_client, self.key("guesses"), self.clock)
        return Admission(self.database, self.keyring, guesses, self.clock)

    @cached_property
    def reception(self) -> Reception:
        """Lets officials in."""
        return Reception(self.database, self.redis_client, self.key("sign in"), self.clock, self.keyring)

    @cached_property
    def token_door(self) -> TokenDoor:
        """Lets programs in."""
        return TokenDoor(
            self.database, self.redis_client, self.key("api tokens"), self.clock, self.settings.zone
        )

    @cached_property
    def opener(self) -> Opener:
        """Opens campaigns."""
        return Opener(self.database, self.box, self.keyring, self.settings.origin, self.identities.names)

    @cached_property
    def recorder_stores(self) -> RecorderStores:
        """What the recorder works on."""
        # Twice a form's life: a form that is posted again at its very end still meets its own ballot.
        return RecorderStores(
            self.database, self.box, self.keyring, self.clock, 2 * self.settings.form_lifetime_s
        )

    @cached_property
    def kiosks(self) -> Kiosks:
        """Signs what makes a browser a kiosk."""
        return Kiosks(self.key("kiosk"))

    @cached_property
    def door(self) -> Door:
        """The checks at the door, and what they need to know."""
        settings = self.settings
        checks = all_checks(budget_of(settings.limit_cast_device), budget_of(settings.limit_cast_address))
        return Door(
            Gate(checks),
            Challenges(self.key("challenge")),
            ShareTokens(self.key("share token")),
            self.kiosks,
            self.key("address"),
            self.networks.type_of,
        )

    @cached_property
    def networks(self) -> Networks:
        """What is known of addresses without asking anyone; nothing until ``make ipdata`` has made the table."""
        return Networks(self.settings.data_dir / TABLE_FILE)

    @cached_property
    def views(self) -> ViewBook:
        """Page views of this process."""
        return ViewBook(self.database, self.keyring, self.clock)

    @cached_property
    def embed_counter(self) -> EmbedCounter:
        """Views and clicks of embeds in this process."""
        return EmbedCounter(self.database, self.clock)

    @cached_property
    def live_scan(self) -> LiveScan:
        """Scans campaigns, and remembers what it has read of them."""
        return LiveScan(self.database, self.keyring, self.networks.table, self.clock)

    @cached_property
    def wechat(self) -> WeChatLogin | None:
        """Logging in by WeChat; None where there is no account."""
        settings = self.settings
        if settings.wechat_app_id is None or settings.wechat_app_secret is None:
            return None
        app_id, secret = settings.wechat_app_id, settings.wechat_app_secret.get_secret_value()
        client = Client(app_id, secret, settings.wechat_api_base, pool=settings.threads)
        shared = SharedState(self.redis_client, app_id)
        return WeChatLogin(
            app_id=app_id,
            open_base=settings.wechat_open_base,
            callback_url=f"{settings.base_url}/wechat/callback",
            openid_key=self.key("openid"),
            states=LoginStates(self.key("login state")),
            client=client,
            shared=shared,
            tokens=SharedTokens(client, shared, self.keyring, self.clock),
            reach=Reachability(client, self.clock),
        )

    @cached_property
    def objections(self) -> ObjectionRoom:
        """The citizens' side of objections."""
        return ObjectionRoom(
            database=self.database,
            keyring=self.keyring,
            clock=self.clock,
            workdays=self.workdays,
            zone=self.settings.zone,
            store=self.attachments,
            toll=Toll(self.redis_client, self.key("toll"), self.clock),
            sessions=DocketSessions(self.key("docket session"), self.clock),
            doorkeeper=Doorkeeper(self.keyring),
            secure=self.settings.secure,
            base_url=self.settings.base_url,
        )

    @cached_property
    def notice_board(self) -> NoticeBoard:
        """Published notices as pages show them."""
        return NoticeBoard(self.database, self.settings.zone)

    def workdays(self) -> Calendar:
        """The working days as our table has them now: it may change while we run. Raises CalendarUnreadable."""
        return calendar_of(self.settings.data_dir)

    @cached_property
    def figures(self) -> Follower:
        """Prepares what the desk's pages show of the tally."""
        return Follower(self.recorder_stores, self.networks)

    def watch(self) -> Watch:
        """Scans and deletes when it is time."""
        return Watch(self.database, self.box, self.clock, self.live_scan)

    def books_checker(self) -> BooksChecker:
        """Makes the checks of the books that the desk asks for."""
        return BooksChecker(self.recorder_stores, self.one_at_a_time)

    def sender(self) -> Sender:
        """Sends webhooks."""
        return Sender(self.database, self.keyring, self.clock, self.settings.inner_hosts)

    def recorder(self) -> Recorder:
        """A recorder; each has a name of its own."""
        return Recorder(self.recorder_stores, self.opener)

    def turns(self) -> list[Callable[[], None]]:
        """What the recorder does beside recording, each turn, before it publishes."""
        return [
            lambda: write_due(self.recorder_stores),
            lambda: seal_confirmed(self.recorder_stores),
            self._sweep_staging,
            self.figures.turn,
        ]

    def _sweep_staging(self) -> None:
        self.staging.sweep(self.clock.now())

    def key(self, purpose: str) -> bytes:
        """One key for one purpose, from the service's secret."""
        return derive(self.settings.secret_key.get_secret_value(), purpose)

    def docket_desk(self) -> DocketDesk:
        """What the desk's pages of dockets need."""
        stores = DocketStores(self.database, self.keyring, self.attachments)
        return DocketDesk(stores, self.clock, self.settings.zone, self.workdays)

    def registration_desk(self) -> RegistrationDesk:
        """What entering objections at the desk needs."""
        return RegistrationDesk(
            self.database, self.keyring, self.attachments, self.workdays, self.settings.zone, self.clock,
            self.settings.base_url,
        )  # fmt: skip

    def probes(self) -> list[health.Probe]:
        """What ``/readyz`` and ``doctor`` ask."""
        stores = self.recorder_stores
        probes: list[health.Probe] = [
            lambda: probe_database(stores),
            lambda: inspect(self.probing_redis),
            lambda: probe_campaigns(stores),
            lambda: probe_watch(self.database, self.clock),
            lambda: probe_books_checks(self.database, self.clock),
            lambda: probe_figures(self.database, self.clock),
            lambda: probe_dockets(self.database, self.settings.zone, self.workdays, self.clock.now()),
            lambda: probe_room(self.attachments),
        ]
        if login := self.wechat:
            probes.append(lambda: probe_wechat(login.tokens, login.reach))
        return probes

    def examined_account(self) -> list[Finding]:
        """What ``doctor`` finds by asking WeChat for each credential, and our own address as WeChat will ask it; where there
        is no account, that alone."""
        login = self.wechat
        if login is None:
            return [no_account()]
        asked_of_wechat = examine_account(self.settings, login.client, login.tokens)
        return [*asked_of_wechat, *examine_address(self.settings, self.clock)]


def make_message_desk(service: Service, place: PollingPlace) -> MessageDesk | None:
    """Answers messages to the account; None where none are taken."""
    settings, login = service.settings, service.wechat
    if login is None or settings.wechat_token is None:
        return None
    sealed_with = settings.wechat_aes_key
    return MessageDesk(
        token=settings.wechat_token.get_secret_value(),
        app_id=login.app_id,
        key=service.key("wechat messages"),
        memory=login.shared,
        clock=service.clock,
        aes_key=aes_key(sealed_with.get_secret_value()) if sealed_with else None,
        answer=ChatAnswers(
            place.showcase,
            lambda typed: find_receipt(place.database, place.station, typed),
            settings.base_url,
            service.clock,
            lambda: [
                PublishedNotice(line.title, line.path)
                for show in place.showcase.listed()
                for line in show.notices
            ],
        ),
    )


def _attest(database: Database, box: BallotBox) -> None:
    attest.attest_boxes(database, box)


def make_polling_place(service: Service) -> PollingPlace:
    """The rooms behind the voters' pages."""
    settings = service.settings
    forms = BallotForms(service.key("ballot form"), settings.form_lifetime_s)
    station = PollingStation(
        service.database,
        service.box,
        forms,
        service.door,
        service.keyring,
        service.clock,
    )
    return PollingPlace(
        database=service.database,
        showcase=Showcase(service.database, partial(published_lines, zone=settings.zone)),
        board=CountsBoard(service.box, service.clock, SetAsideBoard(service.database)),
        station=station,
        sessions=VoterSessions(service.key("voter session"), service.clock),
        identities=service.identities,
        pages=PageCache(),
        views=service.views,
        clock=service.clock,
        secure=settings.secure,
        base_url=settings.base_url,
    )


def _at_hand(service: Service, place: PollingPlace) -> dict[str, Any]:
    """What routes find under ``app.extensions``, by name."""
    settings = service.settings
    return {
        "polling_place": place,
        "showcase": place.showcase,
        "clock": service.clock,
        "database": service.database,
        "photos": service.photos,
        "networks": service.networks,
        "opener": service.opener,
        "staging": service.staging,
        "folder_downloads": BoundedSemaphore(MOST_DOWNLOADS),
        "campaign_example": EXAMPLE,
        "attachments": service.attachments,
        "objections": service.objections,
        "logo": ROOT / "static" / "icons" / "apple-touch.png",
        "archives": settings.data_dir / "archives",
        "one_at_a_time": service.one_at_a_time,
        "archive_parts": publicity_rooms.ARCHIVE_PARTS,
        "recount_program": RECOUNT_PROGRAM,
        "probes": service.probes(),
        "admission": service.admission,
        "notice_board": service.notice_board,
        "workdays": service.workdays,
        "workday_start": settings.workday_start,
        "recorder_stores": service.recorder_stores,
        "desk_notice_links": publicity_rooms.NOTICE_LINKS,
        "desk_notice_notes": publicity_rooms.NOTICE_NOTES,
        "compare_supplement": publicity_rooms.COMPARE_SUPPLEMENT,
        "motion_subjects": rooms.MOTION_SUBJECTS,
        "final_list_followers": publicity_rooms.FINAL_LIST_FOLLOWERS,
        "reception": service.reception,
        "token_door": service.token_door,
        "keyring": service.keyring,
        "inner_hosts": settings.inner_hosts,
        "second_factor": settings.second_factor,
        "site_name": settings.site_name,
        "desk_places": desk_places,
        "desk_tokens": EntryTokens(service.key("desk form")),
        "desk_rooms": DESK_ROOMS,
        "desk_campaign_links": CAMPAIGN_LINKS,
        "campaign_titles": campaign_titles,
        "desk_campaign_facts": rooms.CAMPAIGN_FACTS,
        "desk_campaign_stages": CAMPAIGN_STAGES,
        "desk_leaves_from": publicity_rooms.LEAVES_FROM,
        "desk_sections": (
            *rooms.desk_sections(service.opener.identities),
            *publicity_rooms.desk_sections(settings.zone, service.workdays),
        ),
        "journal_values": publicity_values.EVERY_VALUE,
        "journal_criteria": criteria_names,
        "desk_alarms": lambda: examine_table(service.workdays),
        "docket_desk": service.docket_desk(),
        "registration_desk": service.registration_desk(),
        "entry_tokens": EntryTokens(service.key("entry form")),
        "figures": Figures(service.recorder_stores, service.probing_redis.ping),
        **_media_at_hand(service, place),
    }


def _media_at_hand(service: Service, place: PollingPlace) -> dict[str, Any]:
    """The part of it that the rooms in ``media`` ask for."""
    settings = service.settings
    return {
        "poster_pages": PageCache(64),
        "poster_batches": BatchTurn(),
        "poster_scans": ScanCounts(service.keyring),
        "press": Press(),
        # Chats ask for many of them at once, and there are no more than candidates.
        "share_images": Press(most_waiting=6, patience_s=10),
        "descriptions": Library(
            service.database,
            place.showcase,
            service.clock,
            publicity_rooms.HAPPENINGS,
            settings.base_url,
            settings.site_name,
        ),
        "results": Results(service.database, publicity_rooms.READ_LISTS),
        "media_book": MediaBook(service.database),
        "embed_counter": service.embed_counter,
        "embed_pages": PageCache(),
        "media_kits": KitMaker(
            settings.data_dir / "media-kits", service.photos, settings.base_url, rooms.MEDIA_KIT_PARTS
        ),
    }


def make_flask(service: Service, place: PollingPlace) -> Flask:
    """The Flask app: shared parts first, then the slices in flow order. Refuses an undeclared route."""
    settings = service.settings
    app = Flask("voting_service", root_path=str(ROOT), static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=64 * 1024,
        BASE_URL=settings.base_url,
        SESSION_COOKIE_SECURE=settings.secure,
        INTERNAL_TOKEN=settings.metrics_token,
        WECHAT_VERIFY_FILES=(settings.wechat_verify_file or "").split(","),
    )
    # No redirect of werkzeug's: it would name whatever host the asker claims.
    app.url_map.merge_slashes = False
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Chinese stays legible, and pages stay small
    app.extensions.update(_at_hand(service, place))
    if service.wechat is not None:
        app.extensions["wechat"] = WeChatDoor(
            service.wechat, place.sessions, service.clock, (settings.origin,), settings.secure
        )
    app.extensions["wechat_messages"] = make_message_desk(service, place)
    language.install(app, settings.zone)
    errors.install(app)
    headers.install(app, secure=settings.secure)
    limits.install(
        app,
        storage_url=service.redis_url,
        key=service.key("limits"),
        device=settings.limit_device,
        address=settings.limit_address,
    )
    static_files.install(app, ROOT / "static")
    app.context_processor(lambda: _page_context(service))
    numbers.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.require_declarations(app)
    nul.install(app)
    uploads.install(app, UPLOADS)  # before whoever reads a form
    staged_uploads.install(app, service.staging.directory)
    signed_in.install(app)
    token_guard.install(app)
    return app


def _page_context(service: Service) -> dict[str, Any]:
    return {
        "csp_nonce": headers.csp_nonce(),
        "lang": language.html_language(),
        "site_name": service.settings.site_name,
        "now": service.clock.now(),
        "sw_url": "/sw.js",
        "wechat_here": service.settings.wechat,
        "wechat_script": service.settings.wechat_script_url if service.settings.wechat else None,
    }


def make_app(service: Service) -> Callable[..., Iterable[bytes]]:
    """The whole WSGI application: proxies' headers, front door, Flask."""
    logs.configure()
    place = make_polling_place(service)
    flask_app = make_flask(service, place)
    whole: Callable[..., Iterable[bytes]] = front_door.FrontDoor(flask_app, place)
    if service.settings.trusted_proxies:
        count = service.settings.trusted_proxies
        whole = ProxyFix(whole, x_for=count, x_proto=count, x_host=0)
    return whole


app = LazyApp(lambda: make_app(Service(read_settings(), SystemClock())))
cli = make_cli(lambda: Service(read_settings(), SystemClock()))
cli.add_command(dockets_group)
cli.add_command(closing_archive_command(publicity_rooms.ARCHIVE_PARTS, RECOUNT_PROGRAM))
