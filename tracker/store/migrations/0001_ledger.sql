-- The ledger: changes, and the versions each made. Insert-only: a row is never updated and never deleted.
-- A version is known by (id, version), which is also the edit lock: the second save of version 8 cannot be recorded.
-- No foreign keys and no secondary indexes: integrity between nouns is checked before recording and by `verify`.

CREATE TABLE tracker.change (
    seq           BIGINT PRIMARY KEY CHECK (seq > 0),
    recorded_at   TIMESTAMP NOT NULL,                       -- UTC, set by the store
    actor         VARCHAR NOT NULL CHECK (actor <> ''),
    action        VARCHAR NOT NULL CHECK (action <> ''),
    reason        VARCHAR,
    request_id    VARCHAR NOT NULL UNIQUE,                  -- a double click records once
    previous_seal VARCHAR NOT NULL CHECK (length(previous_seal) = 64),
    seal          VARCHAR NOT NULL CHECK (length(seal) = 64)
);

CREATE TABLE tracker.source (
    id                  VARCHAR NOT NULL,
    version             INTEGER NOT NULL CHECK (version > 0),
    change_seq          BIGINT NOT NULL,
    effective_on        DATE NOT NULL,
    retracted           BOOLEAN NOT NULL,
    kind                VARCHAR NOT NULL CHECK (kind IN ('document', 'evidence', 'data')),
    publisher           VARCHAR NOT NULL,
    title               VARCHAR NOT NULL,
    published_on        DATE,
    published_precision VARCHAR,
    url                 VARCHAR CHECK (url LIKE 'https://%'),
    note                VARCHAR,
    CHECK ((published_on IS NULL) = (published_precision IS NULL)),
    PRIMARY KEY (id, version)
);

CREATE TABLE tracker.organisation (
    id           VARCHAR NOT NULL,
    version      INTEGER NOT NULL CHECK (version > 0),
    change_seq   BIGINT NOT NULL,
    effective_on DATE NOT NULL,
    retracted    BOOLEAN NOT NULL,
    name         VARCHAR NOT NULL,
    PRIMARY KEY (id, version)
);

CREATE TABLE tracker.owner (
    id              VARCHAR NOT NULL,
    version         INTEGER NOT NULL CHECK (version > 0),
    change_seq      BIGINT NOT NULL,
    effective_on    DATE NOT NULL,
    retracted       BOOLEAN NOT NULL,
    role            VARCHAR NOT NULL,
    organisation_id VARCHAR NOT NULL,
    note            VARCHAR,
    PRIMARY KEY (id, version)
);

CREATE TABLE tracker.local_authority (
    id                VARCHAR NOT NULL CHECK (length(id) = 3),
    version           INTEGER NOT NULL CHECK (version > 0),
    change_seq        BIGINT NOT NULL,
    effective_on      DATE NOT NULL,
    retracted         BOOLEAN NOT NULL,
    gss_code          VARCHAR NOT NULL CHECK (length(gss_code) = 9),
    name              VARCHAR NOT NULL,
    region            VARCHAR NOT NULL,
    type              VARCHAR NOT NULL,
    previous_gss_code VARCHAR CHECK (length(previous_gss_code) = 9),
    source_id         VARCHAR NOT NULL,
    PRIMARY KEY (id, version)
);

CREATE TABLE tracker.programme (
    id                   VARCHAR NOT NULL,
    version              INTEGER NOT NULL CHECK (version > 0),
    change_seq           BIGINT NOT NULL,
    effective_on         DATE NOT NULL,
    retracted            BOOLEAN NOT NULL,
    name                 VARCHAR NOT NULL,
    summary              VARCHAR NOT NULL,
    lead_organisation_id VARCHAR NOT NULL,
    owner_id             VARCHAR NOT NULL,
    flagship             BOOLEAN NOT NULL,
    note                 VARCHAR,
    PRIMARY KEY (id, version)
);

CREATE TABLE tracker.commitment (
    id                   VARCHAR NOT NULL,
    version              INTEGER NOT NULL CHECK (version > 0),
    change_seq           BIGINT NOT NULL,
    effective_on         DATE NOT NULL,
    retracted            BOOLEAN NOT NULL,
    chapter              INTEGER NOT NULL CHECK (chapter BETWEEN 1 AND 6),
    kind                 VARCHAR NOT NULL
        CHECK (kind IN ('policy', 'funding', 'target', 'consultation-only', 'related', 'unresolved')),
    title                VARCHAR NOT NULL,
    statement            VARCHAR NOT NULL,
    lead_organisation_id VARCHAR NOT NULL,
    partners             VARCHAR,
    owner_id             VARCHAR,
    programme_id         VARCHAR,
    amount_gbp           DECIMAL(18, 2),
    amount_wording       VARCHAR,
    target_on            DATE,
    target_precision     VARCHAR,
    target_wording       VARCHAR,
    measure              VARCHAR,
    not_measurable       VARCHAR,
    note                 VARCHAR,
    CHECK (owner_id IS NOT NULL OR programme_id IS NOT NULL),
    CHECK ((target_on IS NULL) = (target_precision IS NULL)),
    CHECK ((measure IS NULL) <> (not_measurable IS NULL)),
    PRIMARY KEY (id, version)
);

CREATE TABLE tracker.reference (
    id            VARCHAR NOT NULL,
    version       INTEGER NOT NULL CHECK (version > 0),
    change_seq    BIGINT NOT NULL,
    effective_on  DATE NOT NULL,
    retracted     BOOLEAN NOT NULL,
    commitment_id VARCHAR NOT NULL,
    source_id     VARCHAR NOT NULL,
    pinpoint      VARCHAR NOT NULL,
    stance        VARCHAR NOT NULL CHECK (stance IN ('states', 'implies')),
    differs       VARCHAR,
    PRIMARY KEY (id, version)
);

CREATE TABLE tracker.milestone (
    id                 VARCHAR NOT NULL,
    version            INTEGER NOT NULL CHECK (version > 0),
    change_seq         BIGINT NOT NULL,
    effective_on       DATE NOT NULL,                       -- the day it was promised
    retracted          BOOLEAN NOT NULL,
    commitment_id      VARCHAR NOT NULL,
    title              VARCHAR NOT NULL,
    kind               VARCHAR NOT NULL
        CHECK (kind IN ('commitment', 'approval', 'assurance', 'gateway', 'payment', 'benefit')),
    key                BOOLEAN NOT NULL,
    promised_in        VARCHAR NOT NULL,
    baseline_on        DATE,
    baseline_precision VARCHAR,
    baseline_wording   VARCHAR,
    note               VARCHAR,
    CHECK ((baseline_on IS NULL) = (baseline_precision IS NULL)),
    PRIMARY KEY (id, version)
);

CREATE TABLE tracker.progress (
    id                 VARCHAR NOT NULL,                    -- the milestone's
    version            INTEGER NOT NULL CHECK (version > 0),
    change_seq         BIGINT NOT NULL,
    effective_on       DATE NOT NULL,
    retracted          BOOLEAN NOT NULL,
    reporter           VARCHAR NOT NULL CHECK (reporter IN ('owner', 'published record')),
    status             VARCHAR,
    forecast_on        DATE,
    forecast_precision VARCHAR,
    actual_on          DATE,
    actual_precision   VARCHAR,
    reason             VARCHAR,
    narrative          VARCHAR,
    evidence_id        VARCHAR,
    CHECK ((forecast_on IS NULL) = (forecast_precision IS NULL)),
    CHECK ((actual_on IS NULL) = (actual_precision IS NULL)),
    CHECK (actual_on <= effective_on),                      -- nothing is complete before it happened
    PRIMARY KEY (id, version)
);

CREATE TABLE tracker.assessment (
    id            VARCHAR NOT NULL,
    version       INTEGER NOT NULL CHECK (version > 0),
    change_seq    BIGINT NOT NULL,
    effective_on  DATE NOT NULL,
    retracted     BOOLEAN NOT NULL,
    commitment_id VARCHAR NOT NULL,
    view          VARCHAR NOT NULL CHECK (view IN ('owner', 'evidence', 'assurance')),
    rating        VARCHAR NOT NULL,
    scale         VARCHAR NOT NULL,
    rationale     VARCHAR NOT NULL,
    evidence_id   VARCHAR,
    valid_until   DATE,
    PRIMARY KEY (id, version)
);

CREATE TABLE tracker.funding (
    id             VARCHAR NOT NULL,
    version        INTEGER NOT NULL CHECK (version > 0),
    change_seq     BIGINT NOT NULL,
    effective_on   DATE NOT NULL,
    retracted      BOOLEAN NOT NULL,
    programme_id   VARCHAR NOT NULL,
    commitment_id  VARCHAR,
    stage          VARCHAR NOT NULL CHECK (stage IN ('planned', 'announced', 'committed', 'paid', 'withheld')),
    amount_gbp     DECIMAL(18, 2) NOT NULL,
    amount_wording VARCHAR,
    period         VARCHAR,
    scope          VARCHAR,
    source_id      VARCHAR NOT NULL,
    part_of        VARCHAR,
    note           VARCHAR,
    PRIMARY KEY (id, version)
);

CREATE TABLE tracker.event (
    id                 VARCHAR NOT NULL,
    version            INTEGER NOT NULL CHECK (version > 0),
    change_seq         BIGINT NOT NULL,
    effective_on       DATE NOT NULL,
    retracted          BOOLEAN NOT NULL,
    commitment_id      VARCHAR,
    happened_on        DATE NOT NULL,
    happened_precision VARCHAR NOT NULL,
    inferred           BOOLEAN NOT NULL,
    summary            VARCHAR NOT NULL,
    evidence_id        VARCHAR NOT NULL,
    note               VARCHAR,
    PRIMARY KEY (id, version)
);
