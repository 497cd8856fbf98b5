-- 哪些职位差距最小？最后一名当选人与第一名落选人（未在其他职位当选的）相差几票；负数是因妇女名额、回避等规则当选。
-- Which posts were decided by the fewest votes, between the last elected and the first who is elected nowhere?
-- Below zero: somebody with fewer votes is elected by a rule (a seat for women, avoidance, rounds).
WITH line AS (
    SELECT unit, contest,
           min(CASE WHEN elected = 1 THEN votes END) AS last_in,
           max(CASE WHEN elected = 0 AND kind <> 'unopened' AND NOT EXISTS (
                    SELECT 1 FROM elected e
                     WHERE e.unit = v.unit AND e.basis = 'rules' AND e.person = v.candidate AND e.name = v.name
               ) THEN votes END) AS first_out
      FROM votes v
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
