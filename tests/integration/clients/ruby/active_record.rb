# active_record.rb [false]: prepared_statements
require "active_record"
require_relative "checks"

ActiveRecord::Base.establish_connection(
  { adapter: "postgresql", host: ENV["PGHOST"], port: ENV["PGPORT"], username: ENV["PGUSER"],
    database: ENV["PGDATABASE"] }.merge(ARGV[0] == "false" ? { prepared_statements: false } : {})
)
checks = Checks.new("ActiveRecord", ActiveRecord::VERSION::STRING)
connection = ActiveRecord::Base.connection
connection.create_table("common_#{COPY}", id: false) { |table| table.integer :id }
connection.create_table("authors_#{COPY}") { |table| table.string :name, index: { unique: true } }
connection.create_table("books_#{COPY}") do |table|
  table.references :author
  table.string :title
  table.decimal :price, precision: 10, scale: 2
  table.date :born
  table.jsonb :details
  table.uuid :key
  table.integer :tags, array: true
  table.binary :data
  table.bigint :big
  table.boolean :on
end

class Author < ActiveRecord::Base
  self.table_name = "authors_#{COPY}"
  has_many :books, dependent: :destroy
end

class Book < ActiveRecord::Base
  self.table_name = "books_#{COPY}"
  belongs_to :author
end

# Without prepared statements ActiveRecord takes no binds: they go into the text.
value = lambda do |sql, arguments|
  if connection.prepared_statements
    binds = arguments.map do |argument|
      ActiveRecord::Relation::QueryAttribute.new("p", argument, ActiveModel::Type::Value.new)
    end
    connection.exec_query(sql, "SQL", binds, prepare: true).rows[0][0].to_s
  else
    connection.exec_query(sql.gsub(/\$(\d)/) { connection.quote(arguments[$1.to_i - 1]) }).rows[0][0].to_s
  end
end
transaction = ->(&block) { ActiveRecord::Base.transaction { block.call } }

begin_together
common(checks, value, transaction)

checks.group = "types"
checks.guard("types") do
  author = Author.create!(name: "author")
  (1..8).each do |n|
    values = { title: "book #{n}", price: BigDecimal(n) / 4, born: Date.new(2000, 1, n), details: { "n" => [n] },
               key: format("00000000-0000-0000-0000-%012d", n), tags: [n, nil], data: [n, 255].pack("CC"),
               big: n << 40, on: n.odd? }
    made = author.books.create!(values)
    found = Book.find(made.id)
    values.each { |name, expected| checks.equal(name, found[name], expected) }
    found.update!(title: "renamed #{n}")
    checks.equal("update", Book.find_by(title: "renamed #{n}").id, made.id)
  end
  checks.equal("sum", author.books.where("big > ?", 1 << 41).sum(:big), (3..8).sum { |n| n << 40 })
  checks.guard("unique", "23505") { Author.create!(name: "author") }
  author.destroy
  checks.equal("destroyed", Book.count, 0)
end

checks.group = "batch"
checks.guard("batch") do
  3.times do |turn|
    Author.insert_all((1..100).map { |n| { name: "#{turn} #{n}" } })
    checks.equal("batch", Author.where("name LIKE ?", "#{turn} %").count, 100)
  end
  checks.equal("find_each", Author.find_each(batch_size: 70).map(&:name).uniq.size, 300)
end

checks.group = "introspection"
checks.guard("introspection") do
  checks.equal("columns", connection.columns("books_#{COPY}").map(&:name).first(3), %w[id author_id title])
  checks.equal("indexes", connection.indexes("authors_#{COPY}").map(&:unique), [true])
end
ActiveRecord::Base.connection_pool.disconnect!
checks.report
