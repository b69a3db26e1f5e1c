-- SPDX-License-Identifier: BSD-2-Clause
-- Views over an archive, for DuckDB. Set its path, then read this file:
--
--	SET VARIABLE archive = '/var/flows/**/*.parquet';
--	.read views.sql
--
-- Nothing is copied: each query reads only the columns, row groups and pages that it needs.

-- Every flow; columns that older files lack are null.
CREATE OR REPLACE VIEW flows AS
SELECT * FROM read_parquet(getvariable('archive'), union_by_name = true);

-- A flow with the names of its protocol, duration and rates.
CREATE OR REPLACE VIEW flows_named AS
SELECT *,
	CASE proto WHEN 1 THEN 'ICMP' WHEN 2 THEN 'IGMP' WHEN 6 THEN 'TCP' WHEN 17 THEN 'UDP' WHEN 41 THEN 'IPv6'
		WHEN 47 THEN 'GRE' WHEN 50 THEN 'ESP' WHEN 58 THEN 'IPv6-ICMP' WHEN 89 THEN 'OSPF' WHEN 132 THEN 'SCTP'
		ELSE proto::VARCHAR END AS protocol,
	greatest(epoch_ms("last") - epoch_ms("first"), 0) / 1000.0 AS seconds,
	coalesce(packets / nullif(sampling, 0), packets) AS packets_sent,
	coalesce(bytes / nullif(sampling, 0), bytes) AS bytes_sent
FROM flows;

-- Bytes sent and received by each host, in bins of 5 minutes by the flows' beginnings.
CREATE OR REPLACE VIEW hosts_5m AS
SELECT time_bucket(INTERVAL '5 minutes', "first") AS bin, address, sum(sent) AS sent_bytes, sum(got) AS got_bytes,
	sum(packets) AS packets, sum(flows) AS flows
FROM (
	SELECT "first", src_addr AS address, bytes AS sent, 0 AS got, packets, flows FROM flows
	UNION ALL
	SELECT "first", dst_addr, 0, bytes, packets, flows FROM flows
)
GROUP BY ALL;

-- Traffic of each AS in and out, by router and interface.
CREATE OR REPLACE VIEW as_by_interface AS
SELECT exporter, way, interface, asn, sum(flows) AS flows, sum(packets) AS packets, sum(bytes) AS bytes
FROM (
	SELECT exporter, 'in' AS way, in_if AS interface, src_as AS asn, flows, packets, bytes FROM flows
	UNION ALL
	SELECT exporter, 'out', out_if, dst_as, flows, packets, bytes FROM flows
)
GROUP BY ALL;

-- Exporters by the files' metadata: a row for each file and exporter; no column is read.
CREATE OR REPLACE VIEW exporters AS
SELECT file_name, e->>'exporter' AS exporter, (e->>'domain')::BIGINT AS domain, (e->>'version')::INT AS version,
	(e->>'flows')::BIGINT AS flows, (e->>'datagrams')::BIGINT AS datagrams, (e->>'lost')::BIGINT AS lost,
	(e->>'sampling')::BIGINT AS sampling, e AS announced
FROM (
	SELECT file_name, unnest(from_json(decode(value), '["JSON"]')) AS e
	FROM parquet_kv_metadata(getvariable('archive'))
	WHERE decode(key) = 'flow.exporters'
);

-- Names of interfaces that exporters announced, the latest of each.
CREATE OR REPLACE VIEW interfaces AS
SELECT exporter, interface::BIGINT AS interface, last(name ORDER BY file_name) AS name,
	last(description ORDER BY file_name) AS description
FROM (
	SELECT file_name, exporter, interface, announced->'interfaces'->interface->>'name' AS name,
		announced->'interfaces'->interface->>'description' AS description
	FROM (
		SELECT file_name, exporter, announced, unnest(json_keys(announced->'interfaces')) AS interface
		FROM exporters
	)
)
GROUP BY ALL;

-- Each file by its metadata: totals, losses, the time that it covers.
CREATE OR REPLACE VIEW files AS
SELECT file_name, (s->>'rows')::BIGINT AS rows, (s->>'flows')::BIGINT AS flows, (s->>'packets')::BIGINT AS packets,
	(s->>'bytes')::BIGINT AS bytes, (s->>'first')::TIMESTAMPTZ AS "first", (s->>'last')::TIMESTAMPTZ AS "last",
	(s->>'sequence_gaps')::BIGINT AS sequence_gaps, (s->>'kernel_drops')::BIGINT AS kernel_drops
FROM (
	SELECT file_name, decode(value)::JSON AS s
	FROM parquet_kv_metadata(getvariable('archive'))
	WHERE decode(key) = 'flow.stats'
);
