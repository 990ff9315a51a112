-- A snapshot or a request that was made by mistake is withdrawn. A check cannot be altered, so both tables are made anew
-- with the rows that they held; nothing that a seal covers differs.

CREATE TEMP TABLE kept_snapshots AS SELECT * FROM tracker.snapshot;
DROP TABLE tracker.snapshot;

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
    state        VARCHAR NOT NULL CHECK (state IN ('draft', 'for board', 'approved', 'published', 'withdrawn')),
    taken_by     VARCHAR NOT NULL,
    period_id    VARCHAR,
    approved_by  VARCHAR CHECK (approved_by <> taken_by),      -- four eyes
    note         VARCHAR,
    withdrawn_by VARCHAR CHECK (withdrawn_by <> approved_by),  -- four eyes again
    CHECK ((state <> 'approved' AND state <> 'published') OR approved_by IS NOT NULL),
    CHECK ((state = 'withdrawn') = (withdrawn_by IS NOT NULL)),
    PRIMARY KEY (id, version)
);

INSERT INTO tracker.snapshot SELECT *, NULL FROM kept_snapshots;
DROP TABLE kept_snapshots;

CREATE TEMP TABLE kept_requests AS SELECT * FROM tracker.baseline_request;
DROP TABLE tracker.baseline_request;

CREATE TABLE tracker.baseline_request (
    id                 VARCHAR NOT NULL,
    version            INTEGER NOT NULL CHECK (version > 0),
    change_seq         BIGINT NOT NULL,
    effective_on       DATE NOT NULL,
    retracted          BOOLEAN NOT NULL,
    milestone_id       VARCHAR NOT NULL,
    baseline_on        DATE NOT NULL,
    baseline_precision VARCHAR NOT NULL,
    reason             VARCHAR NOT NULL,
    note               VARCHAR NOT NULL,
    author_id          VARCHAR NOT NULL,
    state              VARCHAR NOT NULL CHECK (state IN ('requested', 'approved', 'refused', 'withdrawn')),
    decided_by         VARCHAR CHECK (decided_by <> author_id),  -- four eyes
    decision_note      VARCHAR,
    CHECK ((state = 'approved' OR state = 'refused') = (decided_by IS NOT NULL)),
    PRIMARY KEY (id, version)
);

INSERT INTO tracker.baseline_request SELECT * FROM kept_requests;
DROP TABLE kept_requests;
