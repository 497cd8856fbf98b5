-- 哪些乡镇还有单位未完成？已完成多少？
-- Which townships still have units without a fixed result, and how many are done?
SELECT place,
       sum(final) AS n,
       count(*) AS N,
       printf('%d.%02d', (20000 * sum(final) + count(*)) / (2 * count(*)) / 100,
                         (20000 * sum(final) + count(*)) / (2 * count(*)) % 100) AS percent,
       count(*) - sum(final) AS units_left,
       sum(stations) - sum(closed) AS stations_open
  FROM units
 GROUP BY place
 ORDER BY units_left DESC, place;
