-- 哪些职位差距最小？最后一名当选人与第一名落选人相差几票。
-- Which posts were decided by the fewest votes, between the last elected and the first who is not?
WITH line AS (
    SELECT unit, contest,
           min(CASE WHEN elected = 1 THEN votes END) AS last_in,
           max(CASE WHEN elected = 0 AND kind <> 'unopened' THEN votes END) AS first_out
      FROM votes
     GROUP BY unit, contest
)
SELECT u.place, u.name AS unit_name, c.unit, c.contest, c.title, l.last_in, l.first_out,
       l.last_in - l.first_out AS n,
       c.valid AS N,
       CASE WHEN c.valid > 0 AND l.last_in >= l.first_out
            THEN printf('%d.%02d', (20000 * (l.last_in - l.first_out) + c.valid) / (2 * c.valid) / 100,
                                   (20000 * (l.last_in - l.first_out) + c.valid) / (2 * c.valid) % 100)
       END AS percent
  FROM line l
  JOIN contests c USING (unit, contest)
  JOIN units u USING (unit)
 WHERE l.last_in IS NOT NULL AND l.first_out IS NOT NULL
 ORDER BY n, u.place, c.unit, c.contest;
