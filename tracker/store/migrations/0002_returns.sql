-- Returns: who may do what, reporting periods, requests to change a baseline, and what an owner's report says of itself.

CREATE TABLE tracker.user (
    id           VARCHAR NOT NULL CHECK (id = lower(id)),    -- an e-mail address
    version      INTEGER NOT NULL CHECK (version > 0),
    change_seq   BIGINT NOT NULL,
    effective_on DATE NOT NULL,
    retracted    BOOLEAN NOT NULL,
    name         VARCHAR NOT NULL,
    role         VARCHAR NOT NULL CHECK (role IN ('viewer', 'contributor', 'approver', 'administrator')),
    active       BOOLEAN NOT NULL,
    PRIMARY KEY (id, version)
);

CREATE TABLE tracker.assignment (
    id            VARCHAR NOT NULL,
    version       INTEGER NOT NULL CHECK (version > 0),
    change_seq    BIGINT NOT NULL,
    effective_on  DATE NOT NULL,
    retracted     BOOLEAN NOT NULL,
    user_id       VARCHAR NOT NULL,
    active        BOOLEAN NOT NULL,
    programme_id  VARCHAR,
    commitment_id VARCHAR,
    CHECK ((programme_id IS NULL) <> (commitment_id IS NULL)),
    PRIMARY KEY (id, version)
);

CREATE TABLE tracker.period (
    id           VARCHAR NOT NULL,
    version      INTEGER NOT NULL CHECK (version > 0),
    change_seq   BIGINT NOT NULL,
    effective_on DATE NOT NULL,
    retracted    BOOLEAN NOT NULL,
    name         VARCHAR NOT NULL,
    opens_on     DATE NOT NULL,
    closes_on    DATE NOT NULL,
    board_on     DATE NOT NULL,
    state        VARCHAR NOT NULL CHECK (state IN ('open', 'closed')),
    CHECK (opens_on <= closes_on AND closes_on <= board_on),
    PRIMARY KEY (id, version)
);

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
    state              VARCHAR NOT NULL CHECK (state IN ('requested', 'approved', 'refused')),
    decided_by         VARCHAR CHECK (decided_by <> author_id),  -- four eyes
    decision_note      VARCHAR,
    CHECK ((state = 'requested') = (decided_by IS NULL)),
    PRIMARY KEY (id, version)
);

-- Why a date moved, in words beside the code, and the period that a return belongs to.
ALTER TABLE tracker.progress ADD COLUMN reason_note VARCHAR;
ALTER TABLE tracker.progress ADD COLUMN period_id VARCHAR;
ALTER TABLE tracker.assessment ADD COLUMN period_id VARCHAR;
