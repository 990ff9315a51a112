-- Snapshots: a day and an end of the ledger under a name; and why an owner rates better than the dates do.

CREATE TABLE tracker.snapshot (
    id           VARCHAR NOT NULL,
    version      INTEGER NOT NULL CHECK (version > 0),
    change_seq   BIGINT NOT NULL,
    effective_on DATE NOT NULL,
    retracted    BOOLEAN NOT NULL,
    as_at        DATE NOT NULL,
    known_seq    INTEGER NOT NULL CHECK (known_seq >= 0),
    known_seal   VARCHAR NOT NULL CHECK (length(known_seal) = 64),
    digest       VARCHAR NOT NULL CHECK (length(digest) = 64),
    rules        VARCHAR NOT NULL,
    state        VARCHAR NOT NULL CHECK (state IN ('draft', 'for board', 'approved', 'published')),
    taken_by     VARCHAR NOT NULL,
    period_id    VARCHAR,
    approved_by  VARCHAR CHECK (approved_by <> taken_by),  -- four eyes
    note         VARCHAR,
    CHECK ((state <> 'approved' AND state <> 'published') OR approved_by IS NOT NULL),
    PRIMARY KEY (id, version)
);

ALTER TABLE tracker.assessment ADD COLUMN override_reason VARCHAR;
