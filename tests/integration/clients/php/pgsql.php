<?php
// The pgsql extension: pg_prepare and pg_execute by name, pg_query_params.
declare(strict_types=1);
require __DIR__ . '/checks.php';

$copy = getenv('CLIENT_COPY');
$db = pg_connect('');
$checks = new Checks('pgsql', PHP_VERSION);

$done = function () use ($db): array {
    $result = pg_get_result($db);
    while (pg_get_result($db));
    if (pg_result_error($result)) {
        throw new Failure(pg_result_error_field($result, PGSQL_DIAG_SQLSTATE) ?: 'other', pg_result_error($result));
    }
    return pg_num_fields($result) ? pg_fetch_all($result, PGSQL_NUM) : [];
};
$names = [];
$prepare = function (string $sql) use ($db, $done, &$names): callable {
    $sql = str_replace(['{0}', '{1}'], ['$1', '$2'], $sql);
    if (!isset($names[$sql])) {
        pg_send_prepare($db, 'statement_' . count($names), $sql);
        $done();
        $names[$sql] = 'statement_' . count($names);
    }
    return function (array $arguments) use ($db, $done, $names, $sql): array {
        pg_send_execute($db, $names[$sql], $arguments);
        return $done();
    };
};

pg_query($db, "CREATE TABLE common_$copy (id int4)");
begin_together();
common($checks, $prepare, fn (string $sql) => pg_query($db, $sql));
$checks->group = 'params';
foreach (range(1, 10) as $turn) {
    $checks->guard('pg_query_params', function () use ($checks, $db, $done, $turn, $copy) {
        pg_send_query_params($db, "SELECT $1::int4 + 1, '$copy'", [$turn]);
        $checks->equal('pg_query_params', $done()[0], [(string) ($turn + 1), $copy]);
    });
}
$checks->report();
