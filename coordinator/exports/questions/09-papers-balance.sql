-- 哪些计票点的选票对不上？领取 = 发出 + 作废 + 剩余；收回不多于发出。
-- At which stations do the papers not balance? delivered = issued + spoiled + unused; collected at most issued.
SELECT s.unit, s.station, s.delivered, s.issued, s.spoiled, s.unused, s.collected, s.counted,
       s.delivered - s.issued - s.spoiled - s.unused AS missing,
       s.collected AS n,
       s.issued AS N,
       CASE WHEN s.issued > 0 AND s.collected IS NOT NULL
            THEN printf('%d.%02d', (20000 * s.collected + s.issued) / (2 * s.issued) / 100,
                                   (20000 * s.collected + s.issued) / (2 * s.issued) % 100)
       END AS percent
  FROM stations s
 WHERE s.closed = 1
   AND (s.delivered <> s.issued + s.spoiled + s.unused OR s.collected > s.issued)
 ORDER BY abs(missing) DESC, s.unit, s.station;
