-- 各职位的无效票、空白票有多少，为什么无效？
-- How many papers of each post were not valid, and why?
SELECT unit, contest, title,
       papers - valid - blank AS n,
       papers AS N,
       CASE WHEN papers > 0
            THEN printf('%d.%02d', (20000 * (papers - valid - blank) + papers) / (2 * papers) / 100,
                                   (20000 * (papers - valid - blank) + papers) / (2 * papers) % 100)
       END AS percent,
       blank AS n_blank,
       papers AS N_blank,
       CASE WHEN papers > 0
            THEN printf('%d.%02d', (20000 * blank + papers) / (2 * papers) / 100,
                                   (20000 * blank + papers) / (2 * papers) % 100)
       END AS percent_blank,
       "over", duplicate, illegible, unpaired, torn, not_official, marked, unidentifiable, unstated
  FROM contests
 ORDER BY n * 1000000 / max(papers, 1) DESC, unit, contest;
