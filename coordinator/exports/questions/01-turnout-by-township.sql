-- 各乡镇的参选率是多少？只算结果已定的单位。
-- What is the turnout of each township? Units whose result is fixed only.
SELECT place,
       count(*) AS units,
       sum(voters) AS n,
       sum(electors) AS N,
       CASE WHEN sum(electors) > 0
            THEN printf('%d.%02d', (20000 * sum(voters) + sum(electors)) / (2 * sum(electors)) / 100,
                                   (20000 * sum(voters) + sum(electors)) / (2 * sum(electors)) % 100)
       END AS percent
  FROM units
 WHERE final = 1 AND electors IS NOT NULL
 GROUP BY place
 ORDER BY place;
