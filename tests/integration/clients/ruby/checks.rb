# What a program reports, and the checks that all have in common.
require "json"

COPY = ENV.fetch("CLIENT_COPY")
OWN = 1000 * (1 + COPY.ord)

class Checks
  attr_accessor :group

  def initialize(client, version)
    @client, @version, @group = client, version, "common"
    @groups = Hash.new { |groups, name| groups[name] = [0, 0, 0] }
    @errors, @first = Hash.new(0), []
  end

  def equal(name, got, expected)
    @groups[@group][got == expected ? 0 : 1] += 1
    @first << "#{@group}, #{name}: #{got.inspect}, not #{expected.inspect}" unless got == expected
  end

  # What is raised counts one error, unless its SQLSTATE is the expected one.
  def guard(name, state = nil)
    yield
    equal(name, "no error", state) if state
    true
  rescue StandardError => error
    got = sqlstate(error)
    return equal(name, got, state) if got == state
    @groups[@group][2] += 1
    @errors[got] += 1
    @first << "#{@group}, #{name}: #{error.message}"
    false
  end

  def report
    totals = @groups.values.transpose.map(&:sum)
    puts JSON.generate(client: @client, version: @version, right: totals[0], wrong: totals[1], errors: @errors,
                       first: @first.first(5), groups: @groups)
  end

  private

  def sqlstate(error)
    error = error.cause if error.cause && !error.is_a?(PG::Error)
    result = error.result if error.respond_to?(:result)
    (result && result.error_field(PG::Result::PG_DIAG_SQLSTATE)) || "other"
  end
end

def begin_together
  $stdout.sync = true
  puts "ready"
  $stdin.gets
end

def statements
  (0..9).flat_map do |k|
    [k, OWN + k].map do |offset|
      if k.odd?
        ["SELECT $1::text || ' and #{offset}'", ->(turn) { ["round #{turn}"] },
         ->(turn) { "round #{turn} and #{offset}" }]
      elsif (k % 4).zero?
        ["SELECT $1::int4 * 1000000 + $2::int4 * 100000 + #{offset}", ->(turn) { [turn, 2] },
         ->(turn) { (turn * 1000000 + 200000 + offset).to_s }]
      else
        ["SELECT $1::int4 * 1000000 + #{offset}", ->(turn) { [turn] }, ->(turn) { (turn * 1000000 + offset).to_s }]
      end
    end
  end
end

# value.(sql, arguments) gives a text, transaction.() { … } runs its block in one.
def common(checks, value, transaction)
  (1..3).each do |turn|
    statements.each do |sql, arguments, expected|
      checks.guard(sql) { checks.equal(sql, value.(sql, arguments.(turn)), expected.(turn)) }
    end
  end
  count = -> { value.("SELECT count(*) FROM common_#{COPY} WHERE id >= $1::int4", [1]) }
  committed = checks.guard("transaction") do
    transaction.() do
      (1..3).each { |n| value.("INSERT INTO common_#{COPY} VALUES ($1::int4) RETURNING id", [n]) }
      checks.equal("rows seen inside", count.(), "3")
    end
  end
  checks.guard("commit seen") { checks.equal("commit seen", count.(), "3") } if committed
  checks.guard("division by zero", "22012") { value.("SELECT 1 / $1::int4", [0]) }
  checks.guard("recovery") { checks.equal("recovery", value.("SELECT $1::int4 + 1", [41]), "42") }
end
