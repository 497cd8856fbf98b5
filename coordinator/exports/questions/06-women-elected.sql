-- 当选人中妇女有多少？按职位统计；性别未登记的另列。
-- How many of the elected are women, post by post? Those whose sex is not recorded stand apart.
SELECT c.title,
       sum(e.sex = 'f') AS n,
       count(*) AS N,
       printf('%d.%02d', (20000 * sum(e.sex = 'f') + count(*)) / (2 * count(*)) / 100,
                         (20000 * sum(e.sex = 'f') + count(*)) / (2 * count(*)) % 100) AS percent,
       sum(e.sex = '') AS sex_not_recorded,
       count(DISTINCT e.unit) AS units
  FROM elected e
  JOIN contests c USING (unit, contest)
 WHERE e.basis = 'rules'
 GROUP BY c.title
 ORDER BY c.title;
