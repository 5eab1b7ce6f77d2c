\set id random(1, 200)
SELECT bench_1.text, bench_9.text, count(*)
FROM bench_1
JOIN bench_2 ON bench_2.id = bench_1.next
JOIN bench_3 ON bench_3.id = bench_2.next
JOIN bench_4 ON bench_4.id = bench_3.next
JOIN bench_5 ON bench_5.id = bench_4.next
JOIN bench_6 ON bench_6.id = bench_5.next
JOIN bench_7 ON bench_7.id = bench_6.next
JOIN bench_8 ON bench_8.id = bench_7.next
JOIN bench_9 ON bench_9.id = bench_8.next
WHERE bench_1.id = :id
GROUP BY bench_1.text, bench_9.text;
