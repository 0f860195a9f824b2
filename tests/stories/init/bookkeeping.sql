-- A household's bookkeeping program, as such programs are: every key a text of 32 hex digits, no reference declared, types with
-- lengths that SQLite does not look at, days in three forms (the days of booking in two within one column), numbers as a numerator and a denominator, a table of attributes in
-- which each row uses one column of many, and tables that nobody ever used. Made here; nothing in it is anybody's.
CREATE TABLE session_lock (host varchar(255), process int);
CREATE TABLE format_versions (part text(50) PRIMARY KEY NOT NULL, number integer NOT NULL);
CREATE TABLE units (uid text(32) PRIMARY KEY NOT NULL, space text(2048) NOT NULL, short text(2048) NOT NULL, title text(2048),
    parts integer NOT NULL, quoted integer NOT NULL, quote_zone text(2048));
CREATE TABLE heads (uid text(32) PRIMARY KEY NOT NULL, title text(2048) NOT NULL, head_kind text(2048) NOT NULL, unit_uid text(32),
    parent_uid text(32), code text(2048), hidden integer, placeholder integer);
CREATE TABLE parties (uid text(32) PRIMARY KEY NOT NULL, title text(2048) NOT NULL, id text(2048) NOT NULL, notes text(2048) NOT NULL,
    active integer NOT NULL, credit_num bigint NOT NULL, credit_denom bigint NOT NULL, unit_uid text(32) NOT NULL, addr_name text(1024),
    addr_line1 text(1024), addr_line2 text(1024), addr_phone text(128), addr_email text(256));
CREATE TABLE bookings (uid text(32) PRIMARY KEY NOT NULL, unit_uid text(32) NOT NULL, num text(2048) NOT NULL, post_day text(19),
    enter_day text(19), words text(2048));
CREATE TABLE booking_lines (uid text(32) PRIMARY KEY NOT NULL, booking_uid text(32) NOT NULL, head_uid text(32) NOT NULL,
    memo text(2048) NOT NULL, checked text(1) NOT NULL, checked_day text(14), value_num bigint NOT NULL, value_denom bigint NOT NULL);
CREATE TABLE attributes (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, of_uid text(32) NOT NULL, name text(4096) NOT NULL,
    attribute_kind integer NOT NULL, slot_type integer, whole_val bigint, text_val text(4096), real_val float8, moment_val text(19), uid_val text(32),
    day_val text(8));
CREATE TABLE repeats (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, of_uid text(32) NOT NULL, times integer NOT NULL,
    period_kind text(2048) NOT NULL, period_start text(8) NOT NULL, weekend text(2048) NOT NULL);
CREATE TABLE pay_terms (uid text(32) PRIMARY KEY NOT NULL, title text(2048) NOT NULL, uses integer NOT NULL, due_days integer);
CREATE TABLE bills (uid text(32) PRIMARY KEY NOT NULL, id text(2048) NOT NULL, opened_day text(19), posted_day text(19),
    party_kind integer, party_uid text(32));
INSERT INTO format_versions VALUES ('book', 3), ('line', 4), ('party', 2);
INSERT INTO units VALUES ('00000000000000000000000000000a01', 'CURRENCY', 'XAA', 'first unit', 100, 1, ''),
    ('00000000000000000000000000000a02', 'CURRENCY', 'XBB', NULL, 100, 0, '');
INSERT INTO heads VALUES ('00000000000000000000000000000b01', 'all', 'ROOT', NULL, NULL, '', 0, 1),
    ('00000000000000000000000000000b02', 'till', 'CASH', '00000000000000000000000000000a01', '00000000000000000000000000000b01', '10', 0, 0),
    ('00000000000000000000000000000b03', 'rent', 'EXPENSE', '00000000000000000000000000000a01', '00000000000000000000000000000b01', '20', 1, 0);
INSERT INTO parties VALUES ('00000000000000000000000000000c01', 'A', '000001', '', 1, 0, 1, '00000000000000000000000000000a01', 'A', 'lane 1', '', '', ''),
    ('00000000000000000000000000000c02', 'B', '000002', 'pays late', 0, 5000, 100, '00000000000000000000000000000a02', 'B', NULL, NULL, NULL, NULL);
INSERT INTO bookings VALUES ('00000000000000000000000000000d01', '00000000000000000000000000000a01', '', '2024-04-01 10:59:00', '2024-04-02 08:11:12', 'rent of April'),
    ('00000000000000000000000000000d02', '00000000000000000000000000000a01', '7', '2024-05-01 10:59:00', '2024-05-01 09:00:01', NULL),
    ('00000000000000000000000000000d03', '00000000000000000000000000000a02', '', NULL, NULL, 'opened'),
    ('00000000000000000000000000000d04', '00000000000000000000000000000a01', '', '20240601105900', '2024-06-01 10:59:00', 'rent of June'),
    ('00000000000000000000000000000d05', '00000000000000000000000000000a01', '', '20240701105900', '2024-07-01 10:59:00', 'rent of July'),
    ('00000000000000000000000000000d06', '00000000000000000000000000000a01', '', '2024-08-01 10:59:00', '2024-08-01 10:59:00', 'rent of August');
INSERT INTO booking_lines VALUES
    ('00000000000000000000000000000e01', '00000000000000000000000000000d01', '00000000000000000000000000000b02', '', 'n', NULL, -80000, 100),
    ('00000000000000000000000000000e02', '00000000000000000000000000000d01', '00000000000000000000000000000b03', '', 'y', '20240405000000', 80000, 100),
    ('00000000000000000000000000000e03', '00000000000000000000000000000d02', '00000000000000000000000000000b02', 'half', 'n', '19700101000000', -500, 1);
INSERT INTO attributes (of_uid, name, attribute_kind, whole_val, text_val, real_val, moment_val, uid_val, day_val) VALUES
    ('00000000000000000000000000000b02', 'color', 4, 0, 'red', NULL, '1970-01-01 00:00:00', NULL, NULL),
    ('00000000000000000000000000000b03', 'last-num', 4, 0, '12', NULL, '1970-01-01 00:00:00', NULL, NULL),
    ('00000000000000000000000000000d01', 'date-posted', 10, 0, NULL, 0.0, '1970-01-01 00:00:00', NULL, '20240401'),
    ('00000000000000000000000000000d02', 'rate', 2, 0, NULL, 1.25, '1970-01-01 00:00:00', NULL, NULL),
    ('00000000000000000000000000000c01', 'kept', 9, 1, NULL, 0.0, '1970-01-01 00:00:00', '00000000000000000000000000000a01', NULL);
INSERT INTO repeats (of_uid, times, period_kind, period_start, weekend) VALUES
    ('00000000000000000000000000000f01', 1, 'month', '20240401', 'none'), ('00000000000000000000000000000f02', 3, 'week', '20240115', 'back'),
    ('00000000000000000000000000000f01', 1, 'week', '20240701', 'none');
