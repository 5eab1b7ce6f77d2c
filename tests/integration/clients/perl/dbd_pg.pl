# dbd_pg.pl [pg_server_prepare [pg_switch_prepared]]
use strict;
use warnings;
use DBI;
use DBD::Pg qw(:pg_types);
use JSON::PP;

my $copy = $ENV{CLIENT_COPY};
my $own = 1000 * (1 + ord $copy);
my (%groups, %errors, @first);
my $group = 'common';

sub tally { my ($kind) = @_; $groups{$group} //= [0, 0, 0]; $groups{$group}[$kind]++ }

sub equal {
    my ($name, $got, $expected) = @_;
    my $same = defined $got && defined $expected ? $got eq $expected : !defined $got && !defined $expected;
    tally($same ? 0 : 1);
    push @first, "$group, $name: " . ($got // 'NULL') . ", not " . ($expected // 'NULL') unless $same;
}

# What dies counts one error, unless its SQLSTATE is the expected one.
sub guard {
    my ($name, $code, $state) = @_;
    return if eval { $code->(); 1 } && !$state;
    my ($error, $got) = ($@, $DBI::state || 'other');
    return equal($name, $error ? $got : 'no error', $state) if $state && (!$error || $got eq $state);
    tally(2);
    $errors{$got}++;
    push @first, "$group, $name: $error";
}

my $db = DBI->connect('dbi:Pg:', '', '', { RaiseError => 1, PrintError => 0, AutoCommit => 1, pg_enable_utf8 => 1 });
$db->{pg_server_prepare} = $ARGV[0] if defined $ARGV[0];
$db->{pg_switch_prepared} = $ARGV[1] if defined $ARGV[1];
$db->do("CREATE TABLE common_$copy (id int4)");
$db->do("CREATE TABLE types_$copy (a int2, b int8, c numeric, d text, e bytea, f bool, g date, h uuid, i jsonb, j int4[],
         k text)");
my @columns = 'a' .. 'k';
$| = 1;
print "ready\n";
<STDIN>;

my @statements;
for my $k (0 .. 9) {
    for my $offset ($k, $own + $k) {
        my ($sql, $arguments, $expected) = $k % 2
            ? ("SELECT ?::text || ' and $offset'", sub { "round $_[0]" }, sub { "round $_[0] and $offset" })
            : $k % 4
            ? ("SELECT ?::int4 * 1000000 + $offset", sub { $_[0] }, sub { $_[0] * 1000000 + $offset })
            : ("SELECT ?::int4 * 1000000 + ?::int4 * 100000 + $offset", sub { ($_[0], 2) },
               sub { $_[0] * 1000000 + 200000 + $offset });
        push @statements, [$db->prepare($sql), $arguments, $expected, $sql];
    }
}
for my $turn (1 .. 3) {
    for my $statement (@statements) {
        my ($handle, $arguments, $expected, $sql) = @$statement;
        guard($sql, sub {
            $handle->execute($arguments->($turn));
            equal($sql, $handle->fetchall_arrayref->[0][0], $expected->($turn));
        });
    }
}

my $insert = $db->prepare("INSERT INTO common_$copy VALUES (?)");
my $count = $db->prepare("SELECT count(*) FROM common_$copy WHERE id >= ?");
my $seen = sub { $count->execute(1); $count->fetchall_arrayref->[0][0] };
guard('transaction', sub {
    $db->begin_work;
    $insert->execute($_) for 1 .. 3;
    equal('rows seen inside', $seen->(), 3);
    $db->commit;
});
$db->rollback unless $db->{AutoCommit};
guard('commit seen', sub { equal('commit seen', $seen->(), 3) });
my $divide = $db->prepare('SELECT 1 / ?::int4');
guard('division by zero', sub { $divide->execute(0) }, '22012');
guard('recovery', sub { $divide->execute(1); equal('recovery', $divide->fetchall_arrayref->[0][0], 1) });

$group = 'types';
guard('types', sub {
    my @values = (-7, '1099511627776', '12.50', "gr\x{fc}n", "\0\xff", 1, '2024-02-29',
        '00000000-0000-0000-0000-000000000005', '{"a": [1]}', [1, undef, 3], undef);
    my $write = $db->prepare("INSERT INTO types_$copy VALUES (" . join(', ', ('?') x @columns) . ')');
    my $read = $db->prepare("SELECT * FROM types_$copy WHERE a = ?");
    for (1 .. 4) {
        $write->bind_param(5, undef, { pg_type => PG_BYTEA });
        $write->execute(@values);
        $read->execute(-7);
        my $row = $read->fetchall_arrayref->[0];
        equal($columns[$_], $row->[$_], $values[$_]) for grep { $_ != 9 } 0 .. $#columns;
        equal('array', encode_json($row->[9]), '[1,null,3]');
        equal('delete', $db->do("DELETE FROM types_$copy WHERE a = ?", undef, -7), 1);
    }
});

$group = 'batch';
guard('execute_array', sub {
    $insert->execute_array({}, [100 .. 199]);
    $count->execute(100);
    equal('rows', $count->fetchall_arrayref->[0][0], 100);
});

$group = 'copy';
guard('both ways', sub {
    $db->do("COPY common_$copy FROM STDIN");
    $db->pg_putcopydata("$_\n") for 1000 .. 1009;
    $db->pg_putcopyend;
    $db->do("COPY (SELECT sum(id) FROM common_$copy WHERE id >= 1000) TO STDOUT");
    my ($line, $all) = ('', '');
    $all .= $line while $db->pg_getcopydata($line) >= 0;
    equal('both ways', $all, "10045\n");
});

$group = 'introspection';
guard('columns', sub {
    for (1 .. 3) {
        my $found = $db->column_info(undef, 'public', "types_$copy", '%')->fetchall_arrayref({});
        equal('columns', join(',', map { $_->{COLUMN_NAME} } @$found), join(',', @columns));
    }
});

$group = 'ddl';
guard('ddl', sub {
    my $read = $db->prepare("SELECT * FROM common_$copy WHERE id = ?");
    my $row = sub { $read->execute(1); scalar @{ $read->fetchall_arrayref->[0] } };
    equal('before', $row->(), 1) for 1 .. 3;
    $db->do("ALTER TABLE common_$copy ADD b text");
    my $shown = $db->{pg_server_prepare} ? '0A000' : undef;
    guard('column added', $row, $shown) if $shown;
    # without the server's check the old handle crashes DBD::Pg
    $read = $db->prepare("SELECT * FROM common_$copy WHERE id = ?");
    equal('prepared anew', $row->(), 2);
});

undef $insert; # the handles deallocate their statements
$db->disconnect;
my @totals = (0, 0, 0);
for my $counts (values %groups) { $totals[$_] += $counts->[$_] for 0 .. 2 }
splice @first, 5 if @first > 5;
print encode_json({ client => 'DBD::Pg', version => "$DBD::Pg::VERSION", right => $totals[0], wrong => $totals[1],
        errors => \%errors, first => \@first, groups => \%groups }), "\n";
