-- 另选他人的票占多少？有没有另选他人当选？
-- How many of the votes were for persons written in, and was any of them elected?
SELECT c.unit, c.contest, c.title,
       c.written AS n,
       c.written + (SELECT coalesce(sum(v.votes), 0) FROM votes v
                     WHERE v.unit = c.unit AND v.contest = c.contest AND v.kind = 'printed') AS N,
       CASE WHEN c.written > 0
            THEN printf('%d.%02d',
                 (20000 * c.written + c.written + t.printed) / (2 * (c.written + t.printed)) / 100,
                 (20000 * c.written + c.written + t.printed) / (2 * (c.written + t.printed)) % 100)
       END AS percent,
       t.opened AS persons_opened,
       t.elected AS written_in_elected
  FROM contests c
  JOIN (SELECT unit, contest,
               sum(CASE WHEN kind = 'printed' THEN votes ELSE 0 END) AS printed,
               sum(kind = 'written') AS opened,
               sum(kind = 'written' AND elected = 1) AS elected
          FROM votes
         GROUP BY unit, contest) t USING (unit, contest)
 WHERE c.written > 0
 ORDER BY c.written DESC, c.unit, c.contest;
