# ruby_pg.rb [params]
require "pg"
require_relative "checks"

checks = Checks.new("ruby-pg", PG::VERSION)
connection = PG.connect
connection.exec("CREATE TABLE common_#{COPY} (id int4)")
names = {}
value = lambda do |sql, arguments|
  return connection.exec_params(sql, arguments).getvalue(0, 0) if ARGV[0] == "params"
  unless names[sql]
    name = "statement_#{names.size}"
    connection.prepare(name, sql)
    names[sql] = name
  end
  connection.exec_prepared(names[sql], arguments).getvalue(0, 0)
end
transaction = ->(&block) { connection.transaction { block.call } }

begin_together
common(checks, value, transaction)

checks.group = "copy"
checks.guard("in") do
  connection.copy_data("COPY common_#{COPY} FROM STDIN") do
    (1000..1009).each { |n| connection.put_copy_data("#{n}\n") }
  end
  rows = []
  connection.copy_data("COPY (SELECT id FROM common_#{COPY} WHERE id > 1007 ORDER BY id) TO STDOUT") do
    while (row = connection.get_copy_data)
      rows << row
    end
  end
  checks.equal("both ways", rows, %W[1008\n 1009\n])
end

checks.group = "batch"
checks.guard("pipeline") do
  connection.enter_pipeline_mode
  (1..5).each { |n| connection.send_query_params("SELECT $1::int4 * 2", [n]) }
  connection.pipeline_sync
  found = (1..5).map do
    result = connection.get_result
    connection.get_result
    result.getvalue(0, 0).to_i
  end
  connection.get_result
  connection.exit_pipeline_mode
  checks.equal("pipeline", found, [2, 4, 6, 8, 10])
end

checks.group = "cursor"
checks.guard("single rows") do
  connection.send_query_params("SELECT generate_series(1, $1::int4)", [200])
  connection.set_single_row_mode
  rows = connection.get_result.stream_each.map { |row| row.values.first.to_i }
  connection.get_result
  checks.equal("single rows", rows, (1..200).to_a)
end
connection.close
checks.report
