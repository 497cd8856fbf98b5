-- 各类核对提示涉及多少单位？
-- How many units does each kind of finding concern?
SELECT f.code,
       count(DISTINCT f.unit) AS n,
       (SELECT count(*) FROM units) AS N,
       printf('%d.%02d',
              (20000 * count(DISTINCT f.unit) + (SELECT count(*) FROM units)) / (2 * (SELECT count(*) FROM units)) / 100,
              (20000 * count(DISTINCT f.unit) + (SELECT count(*) FROM units)) / (2 * (SELECT count(*) FROM units)) % 100
       ) AS percent,
       count(*) AS findings,
       min(f.meaning_zh) AS meaning_zh,
       min(f.meaning_en) AS meaning_en
  FROM findings f
 GROUP BY f.code
 ORDER BY n DESC, f.code;
