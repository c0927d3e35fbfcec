"""The tables, in SQL that SQLite and PostgreSQL both take. Instants are microseconds since 1970, UTC."""

DAY = 86_400_000_000
"""A day in microseconds."""

TABLES = (
    """
    CREATE TABLE IF NOT EXISTS world (
        id BIGINT PRIMARY KEY,
        name TEXT NOT NULL,
        born_at BIGINT NOT NULL,
        expires_at BIGINT,
        dead BIGINT NOT NULL DEFAULT 0,
        provider_id TEXT NOT NULL,
        user_name TEXT NOT NULL,
        password TEXT NOT NULL,
        clock_fixed BIGINT,
        clock_offset BIGINT NOT NULL DEFAULT 0,
        first_clock BIGINT,
        next_activity BIGINT NOT NULL,
        next_exchange BIGINT NOT NULL DEFAULT 1,
        next_armed BIGINT NOT NULL DEFAULT 1,
        own_physicians BIGINT NOT NULL DEFAULT 0,
        armed BIGINT NOT NULL DEFAULT 0
    )
    """,
    "CREATE UNIQUE INDEX IF NOT EXISTS world_by_name ON world (name) WHERE dead = 0",
    """
    CREATE TABLE IF NOT EXISTS physician (
        world BIGINT NOT NULL,
        id TEXT NOT NULL,
        npi TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (world, id)
    )
    """,
    "CREATE INDEX IF NOT EXISTS physician_by_npi ON physician (world, npi)",
    """
    CREATE TABLE IF NOT EXISTS activity (
        world BIGINT NOT NULL,
        id BIGINT NOT NULL,
        provider_activity_id TEXT NOT NULL,
        saved_at BIGINT NOT NULL,
        deleted_at BIGINT,
        body TEXT NOT NULL,
        document TEXT NOT NULL,
        PRIMARY KEY (world, id)
    )
    """,
    "CREATE UNIQUE INDEX IF NOT EXISTS activity_by_provider_activity_id "
    "ON activity (world, provider_activity_id) WHERE deleted_at IS NULL",
    """
    CREATE TABLE IF NOT EXISTS learner_record (
        world BIGINT NOT NULL,
        number BIGINT NOT NULL,
        activity_id BIGINT NOT NULL,
        physician_id TEXT NOT NULL,
        completed_on TEXT NOT NULL,
        accepted_at BIGINT NOT NULL,
        settled_at BIGINT NOT NULL,
        deleted_at BIGINT,
        body TEXT NOT NULL,
        PRIMARY KEY (world, number)
    )
    """,
    # One live record per learner and activity: this index, not a look-up before, is what makes a 304 (L5).
    # Records come in runs for one activity, so that it comes first: few pages of the index change at a time. For the
    # same reason the other index goes by the day of settling, not by its instant.
    "CREATE UNIQUE INDEX IF NOT EXISTS learner_record_alive "
    "ON learner_record (world, activity_id, physician_id) WHERE deleted_at IS NULL",
    "CREATE INDEX IF NOT EXISTS learner_record_deleted ON learner_record (world, number) WHERE deleted_at IS NOT NULL",
    f"CREATE INDEX IF NOT EXISTS learner_record_by_day_settled ON learner_record (world, (settled_at / {DAY}))",
    """
    CREATE TABLE IF NOT EXISTS exchange (
        world BIGINT NOT NULL,
        id BIGINT NOT NULL,
        at BIGINT NOT NULL,
        operation TEXT NOT NULL,
        outcome TEXT NOT NULL,
        codes TEXT NOT NULL,
        status BIGINT NOT NULL,
        body TEXT NOT NULL,
        request TEXT NOT NULL,
        response TEXT NOT NULL,
        PRIMARY KEY (world, id)
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS armed (
        world BIGINT NOT NULL,
        id BIGINT NOT NULL,
        remaining BIGINT,
        body TEXT NOT NULL,
        PRIMARY KEY (world, id)
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS relayed (
        world BIGINT NOT NULL,
        id TEXT NOT NULL,
        at BIGINT NOT NULL,
        PRIMARY KEY (world, id)
    )
    """,
)

OF_A_WORLD = ("physician", "activity", "learner_record", "exchange", "armed", "relayed")
"""The tables whose rows belong to one world and go when it is dead."""
