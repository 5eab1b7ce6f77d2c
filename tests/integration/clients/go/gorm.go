package main

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

var dollarPlace = regexp.MustCompile(`\$\d+`)

// questionMarks: gorm and bun write parameters as ?, here always in their order.
func questionMarks(sql string) string { return dollarPlace.ReplaceAllString(sql, "?") }

type gormClient struct{ on *gorm.DB }

func (client gormClient) row(into []any, sql string, arguments ...any) error {
	return client.on.Raw(questionMarks(sql), arguments...).Row().Scan(into...)
}

func (client gormClient) execute(sql string, arguments ...any) (int64, error) {
	done := client.on.Exec(questionMarks(sql), arguments...)
	return done.RowsAffected, done.Error
}

func (client gormClient) transaction(work func(client) error) error {
	return client.on.Transaction(func(inside *gorm.DB) error { return work(gormClient{inside}) })
}

type author struct {
	ID        uint
	Name      string `gorm:"uniqueIndex"`
	Born      time.Time
	Rating    *float64
	Portrait  []byte
	Alive     bool
	Books     []book
	CreatedAt time.Time
}

type book struct {
	ID       uint
	AuthorID uint `gorm:"index"`
	Title    string
}

// authorGrown is author of a later release.
type authorGrown struct {
	author
	Country string `gorm:"default:unknown"`
}

func (author) TableName() string      { return "authors_" + copyName }
func (book) TableName() string        { return "books_" + copyName }
func (authorGrown) TableName() string { return "authors_" + copyName }

// gormProgram takes "PrepareStmt".
func gormProgram(options []string) *checks {
	known(options, "PrepareStmt")
	c := newChecks("gorm", "gorm.io/gorm")
	db, err := gorm.Open(postgres.Open(""), &gorm.Config{
		PrepareStmt: len(options) > 0, Logger: logger.Discard})
	must(err)
	pool, err := db.DB()
	must(err)
	createSqlTables(pool)
	beginTogether()
	on := gormClient{db}
	common(c, on)
	types(c, on, stdlibColumns)
	rollback(c, on)
	aborted(c, on)
	together(c, on)
	c.guard("introspection", "migrate", func() error { return db.AutoMigrate(&author{}, &book{}) })
	gormIntrospection(c, db)
	for turn := range 4 {
		c.guard("models", "models", func() error { return gormModels(c, db, turn) })
	}
	gormBatch(c, db)
	gormDdl(c, db, len(options) > 0)
	gormReset(c, db)
	must(pool.Close())
	return c
}

func gormIntrospection(c *checks, db *gorm.DB) {
	migrator := db.Migrator()
	for range 3 {
		c.equal("introspection", "table", migrator.HasTable(&author{}), true)
		c.equal("introspection", "no table", migrator.HasTable("nothing_"+copyName), false)
		c.equal("introspection", "column", migrator.HasColumn(&author{}, "Rating"), true)
		c.equal("introspection", "no column", migrator.HasColumn(&author{}, "country"), false)
		c.equal("introspection", "index", migrator.HasIndex(&author{}, "Name"), true)
		c.equal("introspection", "constraint", migrator.HasConstraint(&author{}, "Books"), true)
		c.value("introspection", "columns", "alive boolean, author_id bigint", func() (any, error) { return gormColumns(db) })
		c.guard("introspection", "migrate again", func() error { return db.AutoMigrate(&author{}, &book{}) })
	}
}

// gormColumns: two of those that the migrator finds.
func gormColumns(db *gorm.DB) (string, error) {
	ofAuthor, err := db.Migrator().ColumnTypes(&author{})
	if err != nil {
		return "", err
	}
	ofBook, err := db.Migrator().ColumnTypes(&book{})
	if err != nil {
		return "", err
	}
	var found []string
	for _, column := range append(ofAuthor, ofBook...) {
		if slices.Contains([]string{"alive", "author_id"}, column.Name()) {
			kind, _ := column.ColumnType()
			found = append(found, column.Name()+" "+kind)
		}
	}
	slices.Sort(found)
	return fmt.Sprintf("%s, %s", found[0], found[1]), nil
}

// gormModels creates, reads with what belongs to it, updates and deletes.
func gormModels(c *checks, db *gorm.DB, turn int) error {
	rating, name := 4.5, fmt.Sprint("author ", turn)
	made := author{Name: name, Born: time.Date(1900, 1, 2, 3, 4, 5, 6000, time.UTC), Rating: &rating,
		Portrait: []byte{0, 255}, Alive: true, Books: []book{{Title: "one"}, {Title: "two"}}}
	if err := db.Create(&made).Error; err != nil {
		return err
	}
	var found author
	if err := db.Preload("Books").First(&found, "name = ?", name).Error; err != nil {
		return err
	}
	c.equal("models", "born", found.Born, made.Born)
	c.equal("models", "rating", *found.Rating, rating)
	c.equal("models", "portrait", found.Portrait, made.Portrait)
	c.equal("models", "alive", found.Alive, true)
	c.equal("models", "books", found.Books, made.Books)
	changed := db.Model(&found).Updates(map[string]any{"alive": false, "rating": nil})
	c.equal("models", "updated", changed.RowsAffected, int64(1))
	var again author
	if err := db.Where(&author{Name: name}).Where("alive = ?", false).Take(&again).Error; err != nil {
		return err
	}
	c.equal("models", "no rating", again.Rating, (*float64)(nil))
	c.expect("models", "same name", "23505", func() error { return db.Create(&author{Name: name}).Error })
	var count int64
	if err := db.Model(&book{}).Joins("JOIN "+author{}.TableName()+" a ON a.id = author_id").
		Where("a.name = ?", name).Count(&count).Error; err != nil {
		return err
	}
	c.equal("models", "books by join", count, int64(2))
	removed := db.Where("author_id = ?", made.ID).Delete(&book{})
	c.equal("models", "deleted", removed.RowsAffected, int64(2))
	return changed.Error
}

// gormReset takes connections from the pool and returns them.
func gormReset(c *checks, db *gorm.DB) {
	for turn := range 14 {
		c.guard("reset", "lent", func() error {
			return db.Connection(func(lent *gorm.DB) error {
				found, err := value[int64](gormClient{lent}, "SELECT CAST($1 AS int4) + 1", turn)
				c.equal("reset", "lent again", found, int64(turn+1))
				return err
			})
		})
	}
}

func gormBatch(c *checks, db *gorm.DB) {
	many := make([]book, 100)
	var owner author
	c.guard("batch", "owner", func() error { return db.First(&owner).Error })
	for n := range many {
		many[n] = book{AuthorID: owner.ID, Title: fmt.Sprint("title ", n)}
	}
	c.guard("batch", "create", func() error { return db.CreateInBatches(&many, 30).Error })
	var found []book
	c.guard("batch", "find", func() error { return db.Where("author_id = ?", owner.ID).Order("id").Find(&found).Error })
	c.equal("batch", "books", found, many)
	var rows, batches int
	c.guard("batch", "find in batches", func() error {
		var part []book
		return db.Where("author_id = ?", owner.ID).FindInBatches(&part, 30, func(*gorm.DB, int) error {
			rows, batches = rows+len(part), batches+1
			return nil
		}).Error
	})
	c.equal("batch", "in batches", []int{rows, batches}, []int{100, 4})
}

// gormDdl: the migration of a later release goes between two uses of a statement. pgx forgets what is outdated, where
// GORM prepares by itself it does not.
func gormDdl(c *checks, db *gorm.DB, prepared bool) {
	read := func() (any, error) {
		var found author
		err := db.Order("id").Limit(1).Find(&found, "name = ?", "author 0").Error
		return found.Name, err
	}
	c.value("ddl", "before", "author 0", read)
	c.value("ddl", "before, again", "author 0", read)
	c.guard("ddl", "migrate", func() error { return db.AutoMigrate(&authorGrown{}) })
	outdated := func() error {
		_, err := read()
		return err
	}
	c.expect("ddl", "outdated", resultTypeChanged, outdated)
	if prepared {
		c.expect("ddl", "still outdated", resultTypeChanged, outdated)
	} else {
		c.value("ddl", "after", "author 0", read)
	}
	c.value("ddl", "new column", "unknown", func() (any, error) {
		var found authorGrown
		err := db.First(&found, "name = ?", "author 0").Error
		return found.Country, err
	})
}
