-- A registry of measures as a library ships it: keys of an authority and a code that is declared INTEGER_OR_TEXT, WITHOUT ROWID, checks
-- on everything, FLOATs, BOOLEANs, foreign keys of two columns, unions as views, a table whose key is only unique, names that
-- point at one of many tables, days among which one is a year alone, and the planner's own table. Made here.
CREATE TABLE settings (name TEXT NOT NULL PRIMARY KEY CHECK (length(name) >= 1), value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE known_authorities (authority TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE measure (authority TEXT NOT NULL CHECK (length(authority) >= 1), code INTEGER_OR_TEXT NOT NULL CHECK (length(code) >= 1),
    name TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('length', 'angle')), factor FLOAT, short_name TEXT,
    withdrawn BOOLEAN NOT NULL CHECK (withdrawn IN (0, 1)), PRIMARY KEY (authority, code)) WITHOUT ROWID;
CREATE TABLE region (authority TEXT NOT NULL, code INTEGER_OR_TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL,
    south FLOAT CHECK (south BETWEEN -90 AND 90), north FLOAT, withdrawn BOOLEAN NOT NULL, PRIMARY KEY (authority, code)) WITHOUT ROWID;
CREATE TABLE reference_frame (authority TEXT NOT NULL, code INTEGER_OR_TEXT NOT NULL, name TEXT NOT NULL, description TEXT,
    measure_authority TEXT NOT NULL, measure_code INTEGER_OR_TEXT NOT NULL, published TEXT CHECK (NULL OR length(published) = 10),
    epoch FLOAT, withdrawn BOOLEAN NOT NULL, PRIMARY KEY (authority, code),
    FOREIGN KEY (measure_authority, measure_code) REFERENCES measure (authority, code)) WITHOUT ROWID;
CREATE TABLE frame_member (whole_authority TEXT NOT NULL, whole_code INTEGER_OR_TEXT NOT NULL, part_authority TEXT NOT NULL,
    part_code INTEGER_OR_TEXT NOT NULL, sequence INTEGER NOT NULL CHECK (sequence >= 1),
    FOREIGN KEY (whole_authority, whole_code) REFERENCES reference_frame (authority, code) ON DELETE CASCADE,
    UNIQUE (whole_authority, whole_code, sequence));
CREATE TABLE used_in (authority TEXT, code INTEGER_OR_TEXT, object_table TEXT NOT NULL, object_authority TEXT NOT NULL,
    object_code INTEGER_OR_TEXT NOT NULL, region_authority TEXT NOT NULL, region_code INTEGER_OR_TEXT NOT NULL,
    PRIMARY KEY (authority, code), FOREIGN KEY (region_authority, region_code) REFERENCES region (authority, code));
CREATE INDEX used_in_object ON used_in (object_table, object_authority, object_code);
CREATE TABLE other_name (object_table_name TEXT NOT NULL, authority TEXT NOT NULL, code INTEGER_OR_TEXT NOT NULL, other TEXT NOT NULL, source TEXT);
CREATE TABLE withdrawal (object_table TEXT NOT NULL, old_authority TEXT NOT NULL, old_code INTEGER_OR_TEXT NOT NULL,
    new_authority TEXT NOT NULL, new_code INTEGER_OR_TEXT NOT NULL, source TEXT);
CREATE TABLE download (package TEXT NOT NULL NULL PRIMARY KEY, description TEXT, url TEXT, is_open BOOLEAN CHECK (is_open IN (0, 1))) WITHOUT ROWID;
CREATE VIEW every_object AS SELECT CAST('measure' AS TEXT) AS object_table, authority, code, name, withdrawn FROM measure
    UNION ALL SELECT CAST('reference_frame' AS TEXT), authority, code, name, withdrawn FROM reference_frame;
CREATE VIEW every_authority AS SELECT DISTINCT authority FROM measure UNION SELECT DISTINCT authority FROM every_object;
CREATE TRIGGER frame_checked BEFORE INSERT ON reference_frame FOR EACH ROW BEGIN
    SELECT RAISE(ABORT, 'no such measure') WHERE NOT EXISTS (SELECT 1 FROM measure WHERE authority = NEW.measure_authority);
END;
INSERT INTO settings VALUES ('LAYOUT.MAJOR', '1'), ('SOURCE.DAY', '2025-01-02');
INSERT INTO known_authorities VALUES ('AAA'), ('BBB');
INSERT INTO measure VALUES ('AAA', 9001, 'metre', 'length', 1.0, 'm', 0), ('AAA', 9002, 'foot', 'length', 0.3048, 'ft', 0),
    ('BBB', 'LINK', 'link', 'length', 0.201168, NULL, 1), ('AAA', 9003, 'grad', 'angle', 0.015707963267948967, NULL, 0);
INSERT INTO region VALUES ('AAA', 1262, 'World', 'World.', -90.0, 90.0, 0), ('AAA', 1263, 'North', 'All that lies north of the line.', 0.0, 90.0, 0);
INSERT INTO reference_frame VALUES ('AAA', 6001, 'first', NULL, 'AAA', 9001, '1984-01-01', 1984.5, 0),
    ('AAA', 6002, 'second', 'kept for the old maps', 'AAA', 9002, NULL, NULL, 1), ('BBB', 'OLD', 'third', NULL, 'AAA', 9001, '1901-01-01', NULL, 0);
INSERT INTO frame_member VALUES ('AAA', 6001, 'AAA', 6002, 1), ('AAA', 6001, 'BBB', 'OLD', 2);
INSERT INTO used_in VALUES ('AAA', 1, 'reference_frame', 'AAA', 6001, 'AAA', 1262), ('AAA', 2, 'reference_frame', 'AAA', 6002, 'AAA', 1263),
    (NULL, NULL, 'reference_frame', 'BBB', 'OLD', 'AAA', 1263), (NULL, NULL, 'reference_frame', 'AAA', 6001, 'AAA', 1263);
INSERT INTO other_name VALUES ('measure', 'AAA', 9001, 'meter', 'AAA'), ('measure', 'AAA', 9001, 'mètre', NULL), ('reference_frame', 'BBB', 'OLD', 'older', 'BBB');
INSERT INTO withdrawal VALUES ('reference_frame', 'AAA', 6002, 'AAA', 6001, 'AAA');
ANALYZE;
