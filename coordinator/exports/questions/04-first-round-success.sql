-- 各乡镇一次选举成功的单位有多少？（第一轮选举的职位全部选满）
-- In how many units of each township were all posts of the first round filled at once?
WITH first AS (
    SELECT unit, min(outcome = 'full') AS full
      FROM contests
     WHERE rule = 'election' AND round = 1
     GROUP BY unit
)
SELECT u.place,
       sum(f.full) AS n,
       count(*) AS N,
       printf('%d.%02d', (20000 * sum(f.full) + count(*)) / (2 * count(*)) / 100,
                         (20000 * sum(f.full) + count(*)) / (2 * count(*)) % 100) AS percent
  FROM units u
  JOIN first f USING (unit)
 WHERE u.final = 1
 GROUP BY u.place
 ORDER BY u.place;
