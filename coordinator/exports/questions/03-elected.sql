-- 谁当选？得票占计算基数多少？
-- Who is elected, and with which share of the base that the rules use?
SELECT u.place, u.name AS unit_name, c.unit, c.contest, c.title, e.line, e.person, e.name, e.sex,
       e.votes AS n,
       c.base_value AS N,
       CASE WHEN e.votes IS NOT NULL AND c.base_value > 0
            THEN printf('%d.%02d', (20000 * e.votes + c.base_value) / (2 * c.base_value) / 100,
                                   (20000 * e.votes + c.base_value) / (2 * c.base_value) % 100)
       END AS percent,
       c.base
  FROM elected e
  JOIN contests c USING (unit, contest)
  JOIN units u USING (unit)
 WHERE e.basis = 'rules'
 ORDER BY u.place, c.unit, c.round, c.contest, e.line;
