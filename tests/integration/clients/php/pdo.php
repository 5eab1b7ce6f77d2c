<?php
// pdo.php [emulate|disable]
declare(strict_types=1);
require __DIR__ . '/checks.php';

$options = match ($argv[1] ?? '') {
    'emulate' => [PDO::ATTR_EMULATE_PREPARES => true],
    'disable' => [PDO::PGSQL_ATTR_DISABLE_PREPARES => true],
    default => [],
};
$copy = getenv('CLIENT_COPY');
$db = new PDO('pgsql:', null, null, $options);
$checks = new Checks('PDO', PHP_VERSION);

$prepare = function (string $sql) use ($db): callable {
    $statement = $db->prepare(preg_replace('/\{\d\}/', '?', $sql));
    return function (array $arguments) use ($statement): array {
        $statement->execute($arguments);
        return $statement->columnCount() ? $statement->fetchAll(PDO::FETCH_NUM) : [];
    };
};

$db->exec("CREATE TABLE common_$copy (id int4)");
$db->exec("CREATE TABLE types_$copy (a int2, b int8, c numeric, d text, e bool, f date, g uuid, h jsonb, i int4[],
           j text)");
begin_together();
common($checks, $prepare, fn (string $sql) => match ($sql) {
    'BEGIN' => $db->beginTransaction(),
    'COMMIT' => $db->commit(),
});

$checks->group = 'types';
$checks->guard('types', function () use ($checks, $prepare, $copy) {
    $values = [-7, 1 << 40, '12.50', 'grün', true, '2024-02-29', '00000000-0000-0000-0000-000000000005', '{"a": [1]}',
        '{1,NULL,3}', null];
    $write = $prepare("INSERT INTO types_$copy VALUES ({0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0})");
    foreach (range(1, 4) as $turn) {
        $write(array_map(fn ($value) => $value === true ? 't' : $value, $values));
        $checks->equal('row', $prepare("SELECT * FROM types_$copy WHERE a = {0}")([-7])[0], $values);
        $prepare("DELETE FROM types_$copy WHERE a = {0}")([-7]);
    }
});

$checks->group = 'copy';
$checks->guard('both ways', function () use ($checks, $db, $copy) {
    $db->pgsqlCopyFromArray("common_$copy", array_map('strval', range(1000, 1009)));
    $checks->equal('both ways', array_slice($db->pgsqlCopyToArray("common_$copy"), -2), ["1008\n", "1009\n"]);
});

$checks->group = 'transaction';
foreach (range(1, 3) as $turn) {
    // PDO deallocates in the aborted transaction what it prepared there
    $db->beginTransaction();
    $checks->guard('fails', fn () => $prepare('SELECT 1 / {0}::int4')([0]), '22012');
    $db->rollBack();
    $same = fn () => (int) $prepare('SELECT {0}::int4')([$turn])[0][0];
    $checks->guard('recovery', fn () => $checks->equal('recovery', $same(), $turn));
}
$checks->report();
