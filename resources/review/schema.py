"""The tables of the review store, as the migrations that made them.

Belongs here: named migrations, in order. One that was released is never edited or taken out: add another. Does not
belong here: applying them (`migrations`), reading and writing (`store`, `queue`, `accounts`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Migration:
    """One step forward: its name, and its statements in order. postgresql: where they differ there."""

    name: str
    statements: tuple[str, ...]
    postgresql: tuple[str, ...] | None = None

    def on(self, dialect: str) -> tuple[str, ...]:
        """The statements for a database."""
        return self.statements if dialect == "sqlite" or self.postgresql is None else self.postgresql


ADDED_TO = ("audit_log", "exclusions", "gold")
"""Tables whose rows have a `sequence`, and are never changed."""


def _refused_on_sqlite(table: str, event: str) -> str:
    return f"""
    CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table}
    BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END
    """


def _appended_on_sqlite(table: str) -> str:
    """INSERT OR REPLACE deletes without firing the trigger against that."""
    return f"""
    CREATE TRIGGER {table}_appended BEFORE INSERT ON {table}
    WHEN NEW.sequence <= (SELECT max(sequence) FROM {table})
    BEGIN SELECT RAISE(ABORT, '{table} is appended to after its last row'); END
    """


def _refused_on_server(table: str, event: str) -> str:
    return f"""
    CREATE TRIGGER {table}_only_added_to BEFORE {event} ON {table} FOR EACH STATEMENT
    EXECUTE FUNCTION review_refuses('{table} is only added to')
    """


def _words(real: str) -> tuple[str, ...]:
    """Why a word was asked for, and what else is shown. real: the database's name of a double."""
    return (
        # A gold answer or a second opinion decides nothing.
        """
        ALTER TABLE decisions ADD COLUMN purpose TEXT NOT NULL DEFAULT 'decide'
        CHECK (purpose IN ('decide', 'second', 'gold', 'settle'))
        """,
        "ALTER TABLE question_days ADD COLUMN candidates TEXT",
        "ALTER TABLE question_days ADD COLUMN image TEXT",
        "ALTER TABLE question_days ADD COLUMN why TEXT",
        f"ALTER TABLE question_days ADD COLUMN popularity {real}",
        # Derived: how much an answer is worth for one product, and which questions one look answers.
        f"ALTER TABLE question_days ADD COLUMN weight {real}",
        "ALTER TABLE question_days ADD COLUMN group_key TEXT",
        "DROP VIEW question_now",
        """
        CREATE VIEW question_now AS
        SELECT q.question_id, q.kind, q.attribute, q.value, q.unit,
               d.confidence, d.method, d.model_version, d.evidence, d.name, d.context, d.options,
               d.candidates, d.image, d.popularity, d.why, d.weight, d.group_key, d.day
        FROM questions AS q
        LEFT JOIN question_days AS d ON d.question_id = q.question_id AND d.day = (
            SELECT max(day) FROM question_days WHERE question_id = q.question_id
        )
        """,
    )


MIGRATIONS = (
    Migration(
        "0001_questions_and_decisions",
        (
            # What is asked. Never changed: a decision is about exactly this.
            """
            CREATE TABLE questions (
                question_id TEXT NOT NULL PRIMARY KEY,
                kind TEXT NOT NULL CHECK (kind IN ('attribute', 'category', 'description', 'price')),
                attribute TEXT,
                value TEXT,
                unit TEXT
            ) STRICT
            """,
            # What is shown with it, by day: so the latest day's facts do not depend on the order in which days ran.
            """
            CREATE TABLE question_days (
                question_id TEXT NOT NULL REFERENCES questions (question_id),
                day TEXT NOT NULL,
                confidence REAL,
                method TEXT,
                model_version TEXT,
                evidence TEXT,
                name TEXT,
                context TEXT,
                options TEXT,
                PRIMARY KEY (question_id, day)
            ) STRICT
            """,
            "CREATE INDEX question_days_by_day ON question_days (day, question_id)",
            """
            CREATE TABLE question_products (
                question_id TEXT NOT NULL,
                day TEXT NOT NULL,
                product_key TEXT NOT NULL,
                PRIMARY KEY (question_id, day, product_key),
                FOREIGN KEY (question_id, day) REFERENCES question_days (question_id, day)
            ) STRICT, WITHOUT ROWID
            """,
            "CREATE INDEX question_products_by_day ON question_products (day)",
            # The journal. `asked` keeps what the person was asked and shown (JSON), since questions may be rebuilt;
            # `decided_at` is microseconds since 1970 in UTC.
            """
            CREATE TABLE decisions (
                sequence INTEGER PRIMARY KEY,
                question_id TEXT NOT NULL REFERENCES questions (question_id),
                verdict TEXT NOT NULL CHECK (verdict IN ('accept', 'reject', 'replace', 'undo')),
                value TEXT,
                unit TEXT,
                annotator TEXT NOT NULL CHECK (annotator <> ''),
                decided_at INTEGER NOT NULL,
                reason TEXT,
                asked TEXT NOT NULL,
                CHECK ((verdict = 'replace') = (value IS NOT NULL)),
                CHECK (verdict = 'replace' OR unit IS NULL)
            ) STRICT
            """,
            "CREATE INDEX decisions_by_question ON decisions (question_id, sequence, decided_at)",
            # A question that stands on no day has no facts, but what was allowed when it was last decided still is.
            """
            CREATE VIEW question_now AS
            SELECT q.question_id, q.kind, q.attribute, q.value, q.unit,
                   d.confidence, d.method, d.model_version, d.evidence, d.name, d.context,
                   CASE WHEN d.day IS NOT NULL THEN d.options ELSE (
                       SELECT json_extract(asked, '$.options') FROM decisions
                       WHERE question_id = q.question_id ORDER BY sequence DESC LIMIT 1
                   ) END AS options
            FROM questions AS q
            LEFT JOIN question_days AS d ON d.question_id = q.question_id AND d.day = (
                SELECT max(day) FROM question_days WHERE question_id = q.question_id
            )
            """,
        ),
        postgresql=(
            """
            CREATE TABLE questions (
                question_id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL CHECK (kind <> ''),
                attribute TEXT, value TEXT, unit TEXT
            )
            """,
            """
            CREATE TABLE question_days (
                question_id TEXT NOT NULL REFERENCES questions (question_id), day TEXT NOT NULL,
                confidence DOUBLE PRECISION, method TEXT, model_version TEXT, evidence TEXT, name TEXT, context TEXT,
                options TEXT,
                PRIMARY KEY (question_id, day)
            )
            """,
            "CREATE INDEX question_days_by_day ON question_days (day, question_id)",
            """
            CREATE TABLE question_products (
                question_id TEXT NOT NULL, day TEXT NOT NULL, product_key TEXT NOT NULL,
                PRIMARY KEY (question_id, day, product_key),
                FOREIGN KEY (question_id, day) REFERENCES question_days (question_id, day)
            )
            """,
            "CREATE INDEX question_products_by_day ON question_products (day)",
            """
            CREATE TABLE decisions (
                sequence BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
                question_id TEXT NOT NULL REFERENCES questions (question_id),
                verdict TEXT NOT NULL CHECK (verdict IN ('accept', 'reject', 'replace', 'undo')),
                value TEXT, unit TEXT, annotator TEXT NOT NULL CHECK (annotator <> ''), decided_at BIGINT NOT NULL,
                reason TEXT, asked TEXT NOT NULL,
                CHECK ((verdict = 'replace') = (value IS NOT NULL)),
                CHECK (verdict = 'replace' OR unit IS NULL)
            )
            """,
            "CREATE INDEX decisions_by_question ON decisions (question_id, sequence, decided_at)",
            """
            CREATE VIEW question_now AS
            SELECT q.question_id, q.kind, q.attribute, q.value, q.unit,
                   d.confidence, d.method, d.model_version, d.evidence, d.name, d.context, d.options
            FROM questions AS q
            LEFT JOIN question_days AS d ON d.question_id = q.question_id AND d.day = (
                SELECT max(day) FROM question_days WHERE question_id = q.question_id
            )
            """,
        ),
    ),
    Migration(
        "0002_decisions_are_append_only",
        (
            """
            CREATE TRIGGER decisions_are_never_changed BEFORE UPDATE ON decisions
            BEGIN SELECT RAISE(ABORT, 'decisions are never changed: append another one'); END
            """,
            """
            CREATE TRIGGER decisions_are_never_deleted BEFORE DELETE ON decisions
            BEGIN SELECT RAISE(ABORT, 'decisions are never deleted: append an undo'); END
            """,
            # INSERT OR REPLACE deletes without firing the trigger above, and no one writes into the past.
            # A sequence that SQLite is to choose is -1 here.
            """
            CREATE TRIGGER decisions_are_appended BEFORE INSERT ON decisions
            WHEN NEW.sequence <> -1 AND NEW.sequence <= (SELECT max(sequence) FROM decisions)
            BEGIN SELECT RAISE(ABORT, 'decisions are appended after the last one'); END
            """,
            """
            CREATE TRIGGER questions_are_never_changed BEFORE UPDATE ON questions
            BEGIN SELECT RAISE(ABORT, 'a question is never changed: ask another one'); END
            """,
            """
            CREATE TRIGGER questions_are_never_replaced BEFORE INSERT ON questions
            WHEN EXISTS (SELECT 1 FROM questions WHERE question_id = NEW.question_id)
            BEGIN SELECT RAISE(ABORT, 'a question is never replaced: ask another one'); END
            """,
            # Foreign keys are off in a connection that did not ask for them.
            """
            CREATE TRIGGER decided_questions_stay BEFORE DELETE ON questions
            WHEN EXISTS (SELECT 1 FROM decisions WHERE question_id = OLD.question_id)
            BEGIN SELECT RAISE(ABORT, 'a question that was decided stays'); END
            """,
        ),
        postgresql=(
            """
            CREATE FUNCTION review_refuses() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation'; END $$
            """,
            """
            CREATE TRIGGER decisions_are_never_changed BEFORE UPDATE ON decisions FOR EACH STATEMENT
            EXECUTE FUNCTION review_refuses('decisions are never changed: append another one')
            """,
            """
            CREATE TRIGGER decisions_are_never_deleted BEFORE DELETE OR TRUNCATE ON decisions FOR EACH STATEMENT
            EXECUTE FUNCTION review_refuses('decisions are never deleted: append an undo')
            """,
            """
            CREATE FUNCTION review_appends() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.sequence <= (SELECT max(sequence) FROM decisions) THEN
                    RAISE EXCEPTION USING MESSAGE = 'decisions are appended after the last one',
                        ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN NEW;
            END $$
            """,
            """
            CREATE TRIGGER decisions_are_appended BEFORE INSERT ON decisions FOR EACH ROW
            EXECUTE FUNCTION review_appends()
            """,
            """
            CREATE TRIGGER questions_are_never_changed BEFORE UPDATE ON questions FOR EACH STATEMENT
            EXECUTE FUNCTION review_refuses('a question is never changed: ask another one')
            """,
        ),
    ),
    # The kinds of questions grow, and the protocol knows them. Other tables refer to this one, so it is not built anew:
    # a CHECK is taken out as SQLite documents it (https://www.sqlite.org/lang_altertable.html, section 7).
    Migration(
        "0003_any_kind_of_question",
        (
            "PRAGMA writable_schema = ON",
            """
            UPDATE sqlite_schema SET sql = replace(
                sql, 'CHECK (kind IN (''attribute'', ''category'', ''description'', ''price''))', 'CHECK (kind <> '''')'
            ) WHERE type = 'table' AND name = 'questions'
            """,
            "PRAGMA writable_schema = RESET",
        ),
        postgresql=(),
    ),
    Migration(
        "0004_words_and_what_is_shown",
        (
            *_words("REAL"),
            # Until now an undo took back everybody's words: it goes on to mean that.
            "DROP TRIGGER decisions_are_never_changed",
            "UPDATE decisions SET purpose = 'settle' WHERE verdict = 'undo'",
            """
            CREATE TRIGGER decisions_are_never_changed BEFORE UPDATE ON decisions
            BEGIN SELECT RAISE(ABORT, 'decisions are never changed: append another one'); END
            """,
        ),
        postgresql=_words("DOUBLE PRECISION"),
    ),
    Migration(
        "0005_queue",
        (
            # What is derived of a question: how its words stand, and where it stands in the queue. `draw` is a number
            # in [0, 1) by which second opinions are drawn.
            """
            CREATE TABLE waiting (
                question_id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, sequence BIGINT,
                people BIGINT NOT NULL, products BIGINT NOT NULL, oldest_day TEXT,
                priority DOUBLE PRECISION NOT NULL, group_key TEXT NOT NULL, why TEXT NOT NULL,
                asked_at BIGINT NOT NULL, draw DOUBLE PRECISION NOT NULL, decided_at BIGINT
            )
            """,
            "CREATE INDEX waiting_by_priority ON waiting (state, priority DESC, question_id)",
            "CREATE INDEX waiting_by_age ON waiting (state, asked_at, priority DESC, question_id)",
            "CREATE INDEX waiting_by_group ON waiting (group_key, state)",
            "CREATE INDEX waiting_by_draw ON waiting (why, state, draw)",
            "CREATE INDEX waiting_by_decision ON waiting (state, decided_at DESC, question_id)",
            # Who has a word on a question that is not taken back, and whether it counts (or only measured, or is of
            # somebody who was excluded); names as `name_of` gives them.
            """
            CREATE TABLE spoken (
                question_id TEXT NOT NULL, person TEXT NOT NULL, counts BIGINT NOT NULL,
                PRIMARY KEY (question_id, person)
            )
            """,
            """
            CREATE TABLE tasks (
                task_id TEXT NOT NULL PRIMARY KEY, person TEXT NOT NULL, purpose TEXT NOT NULL, why TEXT NOT NULL,
                questions TEXT NOT NULL, handed_at BIGINT NOT NULL, shown_at BIGINT, expires_at BIGINT NOT NULL,
                shown TEXT NOT NULL, submitted_at BIGINT, undone_at BIGINT, outcome TEXT
            )
            """,
            "CREATE INDEX tasks_by_person ON tasks (person, submitted_at)",
            "CREATE INDEX tasks_by_moment ON tasks (handed_at, why)",
            """
            CREATE TABLE leases (
                question_id TEXT NOT NULL PRIMARY KEY, task_id TEXT NOT NULL, person TEXT NOT NULL,
                expires_at BIGINT NOT NULL
            )
            """,
            # What is no word on the question: skip, cannot_tell, escalate; and `back`, which takes the person's back.
            # position: the journal's last word at that moment, for clocks differ.
            """
            CREATE TABLE passes (
                task_id TEXT NOT NULL, question_id TEXT NOT NULL, person TEXT NOT NULL, what TEXT NOT NULL,
                at BIGINT NOT NULL, reason TEXT, position BIGINT NOT NULL, PRIMARY KEY (task_id, question_id, what)
            )
            """,
            "CREATE INDEX passes_by_question ON passes (question_id, person)",
            # Questions with a known answer; `retired` ends one. Append-only, the last row of a question counts.
            """
            CREATE TABLE gold (
                sequence BIGINT NOT NULL PRIMARY KEY, question_id TEXT NOT NULL, verdict TEXT NOT NULL, value TEXT,
                unit TEXT, by_whom TEXT NOT NULL, at BIGINT NOT NULL, retired BIGINT NOT NULL
            )
            """,
            "CREATE INDEX gold_by_question ON gold (question_id, sequence)",
            "CREATE INDEX leases_by_task ON leases (task_id)",
            "CREATE INDEX decisions_by_moment ON decisions (decided_at)",
            "CREATE TABLE trust (place BIGINT NOT NULL PRIMARY KEY, content TEXT)",
        ),
    ),
    Migration(
        "0006_people",
        (
            # Names as `name_of` gives them are the key: a name means one person for ever.
            """
            CREATE TABLE accounts (
                name_key TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL,
                role TEXT NOT NULL CHECK (role IN ('annotator', 'lead', 'admin')), password_hash TEXT NOT NULL,
                created_at BIGINT NOT NULL, disabled_at BIGINT,
                must_change BIGINT NOT NULL CHECK (must_change IN (0, 1))
            )
            """,
            """
            CREATE TABLE sessions (
                token_hash TEXT NOT NULL PRIMARY KEY, name_key TEXT NOT NULL REFERENCES accounts (name_key),
                made_at BIGINT NOT NULL, seen_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX sessions_by_name ON sessions (name_key)",
            """
            CREATE TABLE known_devices (
                token_hash TEXT NOT NULL PRIMARY KEY, name_key TEXT NOT NULL REFERENCES accounts (name_key),
                made_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX known_devices_by_name ON known_devices (name_key, made_at)",
            """
            CREATE TABLE sign_in_tries (
                bucket TEXT NOT NULL PRIMARY KEY, failures BIGINT NOT NULL, last_at BIGINT NOT NULL,
                pause_until BIGINT NOT NULL
            )
            """,
            "CREATE INDEX sign_in_tries_by_age ON sign_in_tries (last_at)",
            """
            CREATE TABLE audit_log (
                sequence BIGINT NOT NULL PRIMARY KEY, stated_at BIGINT NOT NULL, actor TEXT, action TEXT NOT NULL,
                subject TEXT, address TEXT, detail TEXT
            )
            """,
            # From `since` on words of the person do not count (1) or count again (0); a later row overrules an earlier
            # one for moments at or after its `since`.
            """
            CREATE TABLE exclusions (
                sequence BIGINT NOT NULL PRIMARY KEY, person TEXT NOT NULL,
                excluded BIGINT NOT NULL CHECK (excluded IN (0, 1)), since BIGINT NOT NULL, stated_by TEXT NOT NULL,
                reason TEXT NOT NULL, stated_at BIGINT NOT NULL
            )
            """,
        ),
    ),
    Migration(
        "0007_what_is_only_added_to",
        (
            *(_refused_on_sqlite(table, event) for table in ADDED_TO for event in ("UPDATE", "DELETE")),
            *(_appended_on_sqlite(table) for table in ADDED_TO),
            _refused_on_sqlite("accounts", "DELETE"),
            _refused_on_sqlite("passes", "UPDATE"),
            _refused_on_sqlite("passes", "DELETE"),
        ),
        postgresql=(
            *(_refused_on_server(table, "UPDATE OR DELETE OR TRUNCATE") for table in (*ADDED_TO, "passes")),
            _refused_on_server("accounts", "DELETE OR TRUNCATE"),
        ),
    ),
    Migration(
        "0008_deliveries_of_other_platforms",
        (
            # What a platform has handed in, by its own id: taken in once, however often it is sent.
            """
            CREATE TABLE external_deliveries (
                platform TEXT NOT NULL, delivery_id TEXT NOT NULL, received_at BIGINT NOT NULL, outcome TEXT,
                PRIMARY KEY (platform, delivery_id)
            )
            """,
            "CREATE INDEX external_deliveries_by_moment ON external_deliveries (received_at)",
        ),
    ),
    Migration(
        "0009_in_the_order_in_which_it_is_read",
        (
            "DROP INDEX waiting_by_group",
            "CREATE INDEX waiting_by_group ON waiting (group_key, state, priority DESC, question_id)",
            # What the export lists, and what people hold.
            "CREATE INDEX waiting_by_weight ON waiting (products DESC, oldest_day, question_id) WHERE sequence IS NULL",
            "CREATE INDEX tasks_in_hand ON tasks (expires_at) WHERE submitted_at IS NULL",
        ),
    ),
)
