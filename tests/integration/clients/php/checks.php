<?php
// What a program reports, and the checks that PDO and pgsql have in common.
declare(strict_types=1);

class Failure extends Exception
{
    public function __construct(public string $state, string $message)
    {
        parent::__construct($message);
    }
}

class Checks
{
    public string $group = 'common';
    private array $groups = [];
    private array $errors = [];
    private array $first = [];

    public function __construct(private string $client, private string $version)
    {
    }

    public function equal(string $name, mixed $got, mixed $expected): void
    {
        $this->count($got === $expected ? 0 : 1);
        if ($got !== $expected) {
            $this->first[] = "$this->group, $name: " . json_encode($got) . ', not ' . json_encode($expected);
        }
    }

    /** What is thrown counts one error, unless its SQLSTATE is the expected one. */
    public function guard(string $name, callable $code, ?string $state = null): bool
    {
        try {
            $code();
            if ($state !== null) {
                $this->equal($name, 'no error', $state);
            }
            return true;
        } catch (Exception $error) {
            $got = $error->state ?? ($error instanceof PDOException ? (string) $error->getCode() : 'other');
            if ($got === $state) {
                $this->equal($name, $got, $state);
                return true;
            }
            $this->count(2);
            $this->errors[$got] = ($this->errors[$got] ?? 0) + 1;
            $this->first[] = "$this->group, $name: " . $error->getMessage();
            return false;
        }
    }

    public function report(): void
    {
        $totals = array_map(fn ($kind) => array_sum(array_column($this->groups, $kind)), [0, 1, 2]);
        echo json_encode(['client' => $this->client, 'version' => $this->version, 'right' => $totals[0],
            'wrong' => $totals[1], 'errors' => (object) $this->errors, 'first' => array_slice($this->first, 0, 5),
            'groups' => (object) $this->groups], JSON_INVALID_UTF8_SUBSTITUTE), "\n";
    }

    private function count(int $kind): void
    {
        $this->groups[$this->group] ??= [0, 0, 0];
        $this->groups[$this->group][$kind]++;
    }
}

function begin_together(): void
{
    echo "ready\n";
    fgets(STDIN);
}

/** [text with {0} and {1}, arguments of a round, value of a round]; every second one is of this copy alone. */
function statements(): array
{
    $made = [];
    $own = 1000 * (1 + ord(getenv('CLIENT_COPY')));
    foreach (range(0, 9) as $k) {
        foreach ([$k, $own + $k] as $offset) {
            $made[] = match (true) {
                $k % 2 === 1 => ["SELECT {0}::text || ' and $offset'", fn ($turn) => ["round $turn"],
                    fn ($turn) => "round $turn and $offset"],
                $k % 4 === 0 => ["SELECT {0}::int4 * 1000000 + {1}::int4 * 100000 + $offset", fn ($turn) => [$turn, 2],
                    fn ($turn) => (string) ($turn * 1000000 + 200000 + $offset)],
                default => ["SELECT {0}::int4 * 1000000 + $offset", fn ($turn) => [$turn],
                    fn ($turn) => (string) ($turn * 1000000 + $offset)],
            };
        }
    }
    return $made;
}

/**
 * $prepare(text) gives a function of arguments that gives the rows; $command runs a command.
 */
function common(Checks $checks, callable $prepare, callable $command): void
{
    $copy = getenv('CLIENT_COPY');
    $statements = statements();
    $prepared = [];
    foreach (range(1, 3) as $turn) {
        foreach ($statements as [$sql, $arguments, $expected]) {
            $checks->guard($sql, function () use ($checks, $prepare, &$prepared, $sql, $arguments, $expected, $turn) {
                $prepared[$sql] ??= $prepare($sql);
                $checks->equal($sql, (string) $prepared[$sql]($arguments($turn))[0][0], $expected($turn));
            });
        }
    }
    $count = fn () => (int) $prepare("SELECT count(*) FROM common_$copy WHERE id >= {0}")([1])[0][0];
    $committed = $checks->guard('transaction', function () use ($checks, $prepare, $command, $count, $copy) {
        $command('BEGIN');
        try {
            $insert = $prepare("INSERT INTO common_$copy VALUES ({0})");
            foreach ([1, 2, 3] as $n) {
                $insert([$n]);
            }
            $checks->equal('rows seen inside', $count(), 3);
        } finally {
            $command('COMMIT');
        }
    });
    if ($committed) {
        $checks->guard('commit seen', fn () => $checks->equal('commit seen', $count(), 3));
    }
    $checks->guard('division by zero', fn () => $prepare('SELECT 1 / {0}::int4')([0]), '22012');
    $plus = fn ($number) => (int) $prepare('SELECT {0}::int4 + 1')([$number])[0][0];
    $checks->guard('recovery', fn () => $checks->equal('recovery', $plus(41), 42));
}
